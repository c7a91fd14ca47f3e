/** The playground without a server: its script, with recorded runs to choose from. */
import type { Run } from "../edge/playground/run.ts";
import { recordedFetch } from "./recorded-fetch.ts";

const runs = (await (await fetch("runs.json")).json()) as Run[];
globalThis.fetch = recordedFetch(runs);

const form = document.querySelector<HTMLFormElement>("#ask")!;
const prompt = form.querySelector<HTMLTextAreaElement>("#prompt")!;
const schema = form.querySelector<HTMLTextAreaElement>("[name=schema]")!;
const more = form.querySelector<HTMLDetailsElement>("details")!;
more.hidden = true;
form.querySelector("[value=custom]")!.closest("label")!.hidden = true;
prompt.readOnly = true;
// There is no server that a copied request would reach.
for (const element of form.querySelectorAll("#keep > span, [data-copy]")) element.remove();

const choice = document.createElement("div");
choice.className = "recorded";
const note = document.createElement("p");
note.textContent =
  "The answers here were recorded from the model in the repository, and come as fast as they came then. With npm start the page takes any message.";
choice.append(note, ...runs.map(choiceOf));
const main = document.querySelector("main")!;
// A frame's page has no banner of its own.
main.prepend(document.querySelector("body > header")!, choice);

function choiceOf({ request }: Run): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = request.messages.at(-1)?.content ?? "";
  button.addEventListener("click", () => {
    choose(request);
    form.requestSubmit();
  });
  return button;
}

function choose({ messages, response_format: format }: Run["request"]): void {
  prompt.value = messages.at(-1)?.content ?? "";
  schema.value = format?.type === "json_schema" ? JSON.stringify(format.json_schema.schema) : "";
}

if (runs[0]) choose(runs[0].request);
await import("../edge/playground/playground.ts");
