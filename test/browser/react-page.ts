/** A page of the test in React: an answer with its open block, and buttons that begin and stop it. */
import { createElement as h, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createClient } from "../../edge/client/index.ts";
import { useEdits } from "../../edge/client/react.ts";

const client = createClient({ baseUrl: "" });

function Answer() {
  const { document, isRunning, error, start, stop } = useEdits(client);
  const [choice] = document.choices;
  const ask = (content: string) => () => start({ model: "scripted", messages: [{ role: "user", content }] });
  return h(
    "main",
    null,
    h("button", { type: "button", id: "start", onClick: ask("blocks") }, "Start"),
    h("button", { type: "button", id: "fail", onClick: ask("fail") }, "Fail"),
    h("button", { type: "button", id: "stop", onClick: stop }, "Stop"),
    h("output", { id: "state" }, isRunning ? "running" : (error?.message ?? document.status)),
    h("p", { id: "committed" }, choice?.text),
    h("p", { id: "drafts" }, choice?.drafts.map(({ content }) => content.join("")).join("")),
  );
}

createRoot(document.querySelector("#root")!).render(h(StrictMode, null, h(Answer)));
