/** The playground page: sends a prompt and shows the response document as it changes. */
import {
  createClient,
  type EditEvent,
  emptyDocument,
  PalimpsestError,
  type ResponseDocument,
  reduce,
} from "@palimpsest/client";
import { paced } from "./pace.ts";
import { answerNodes, statsLine } from "./view.ts";

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const form = element<HTMLFormElement>("ask");
const prompt = element<HTMLTextAreaElement>("prompt");
const model = element<HTMLSelectElement>("model");
const key = element<HTMLInputElement>("key");
const pace = element<HTMLSelectElement>("pace");
const send = element<HTMLButtonElement>("send");
const stop = element<HTMLButtonElement>("stop");
const answer = element<HTMLOutputElement>("answer");
const stats = element<HTMLParagraphElement>("stats");

let running: AbortController | undefined;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void run();
});
stop.addEventListener("click", () => running?.abort());
key.addEventListener("change", () => void listModels());
void listModels();

function client() {
  return createClient({ baseUrl: "", apiKey: key.value });
}

async function listModels(): Promise<void> {
  try {
    const names = await client().models();
    model.replaceChildren(...names.map((name) => new Option(name)));
    stats.replaceChildren(names.length === 0 ? "No model is served yet; reload the page in a moment." : "");
  } catch (error) {
    showFailure(error);
  }
}

async function run(): Promise<void> {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  const mode = new FormData(form).get("mode") as "speed" | "quality";
  const messages = [{ role: "user" as const, content: prompt.value }];
  const start = performance.now();
  let response: ResponseDocument = emptyDocument;

  setRunning(true);
  let arrivedMs = 0;
  const show = paintOncePerFrame(() => {
    answer.replaceChildren(...answerNodes(response));
    stats.replaceChildren(statsLine(response, arrivedMs));
  });
  const events = async function* () {
    for await (const event of client().edits({ model: model.value, messages, mode }, { signal })) {
      arrivedMs = performance.now() - start;
      yield event;
    }
  };
  const holdMs = ({ type }: EditEvent) => (type === "draft" && !signal.aborted ? Number(pace.value) : 0);
  try {
    for await (const event of paced(events(), holdMs)) {
      response = reduce(response, event);
      show();
    }
  } catch (error) {
    if (!signal.aborted) showFailure(error);
  } finally {
    if (running?.signal === signal) setRunning(false);
  }
}

function setRunning(on: boolean): void {
  const [from, to] = on ? [send, stop] : [stop, send];
  to.disabled = false;
  // Disabling a focused button would move the keyboard focus to the start of the page.
  if (document.activeElement === from) to.focus();
  from.disabled = true;
  // Screen readers announce it once, when the run has ended.
  stats.ariaBusy = String(on);
}

/** Paints at most once per frame, since events may arrive faster. */
function paintOncePerFrame(paint: () => void): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      paint();
    });
  };
}

function showFailure(error: unknown): void {
  const line = document.createElement("span");
  line.className = "error";
  line.textContent = error instanceof PalimpsestError ? error.message : "The server is unreachable.";
  stats.replaceChildren(line);
}
