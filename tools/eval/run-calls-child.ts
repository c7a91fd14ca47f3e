/** The process that runs answers: reads call lists as JSON and writes their results as JSON. Started by isolated.ts. */
import { text } from "node:stream/consumers";
import { type CallList, runCalls } from "./run-calls.ts";

const { timeoutMs, lists } = JSON.parse(await text(process.stdin)) as { timeoutMs: number; lists: CallList[] };
process.stdout.write(JSON.stringify(lists.map((list) => runCalls(list, timeoutMs))));
