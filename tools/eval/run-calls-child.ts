/** The process in which answers run: call lists as JSON come in, their results as JSON go out. Started by isolated.ts. */
import { text } from "node:stream/consumers";
import { type CallList, runCalls } from "./run-calls.ts";

const { timeoutMs, lists } = JSON.parse(await text(process.stdin)) as { timeoutMs: number; lists: CallList[] };
process.stdout.write(JSON.stringify(lists.map((list) => runCalls(list, timeoutMs))));
