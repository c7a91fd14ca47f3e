/** A process that sends one large prompt after another, and reports after each answer how many were refused and for how long it waited. */
import { largeText } from "./texts.ts";

const [url = "", model = "", kind = ""] = process.argv.slice(2);
const body = JSON.stringify({ model, messages: [{ role: "user", content: largeText(kind) }] });

for (;;) {
  const startMs = performance.now();
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  await response.arrayBuffer();
  process.send?.({ status: response.status, ms: performance.now() - startMs });
}
