/** The playground page: a conversation whose answers are seen while they are written, side by side, and again at any pace. */
import { createClient, type EditsRequest, PalimpsestError } from "@palimpsest/client";
import { animatedSvg } from "./animation.ts";
import { LaneView } from "./lane-view.ts";
import { Player } from "./player.ts";
import { formRequest, variantsOf } from "./request-form.ts";
import { answerAt, conversation, durationOf, type Lane, type Run, schemaOf } from "./run.ts";
import { parseRun, runFile, runHash, runOfHash } from "./share.ts";
import { type SnippetKind, snippet } from "./snippets.ts";

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const form = element<HTMLFormElement>("ask");
const prompt = element<HTMLTextAreaElement>("prompt");
const model = element<HTMLSelectElement>("model");
const key = element<HTMLInputElement>("key");
const [send, stop] = [element<HTMLButtonElement>("send"), element<HTMLButtonElement>("stop")];
const status = element("status");
const lanesElement = element("lanes");
const turnsElement = element("turns");

let turns: Run[] = [];
let running: AbortController | undefined;
let views: LaneView[] = [];
let run: Run | undefined;
const player = new Player((ms) => {
  for (const view of views) view.show(ms);
});
element("player").replaceWith(player.element);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void ask();
});
prompt.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
stop.addEventListener("click", () => running?.abort());
key.addEventListener("change", () => void listModels());
element("new").addEventListener("click", startOver);
element("save").addEventListener("click", save);
element("animate").addEventListener("click", () => attempt(saveAnimation));
element("link").addEventListener("click", () => attempt(copyLink));
element<HTMLInputElement>("open").addEventListener("change", ({ target }) =>
  attempt(() => openFile(target as HTMLInputElement)),
);
for (const button of form.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
  button.addEventListener("click", () => attempt(() => copySnippet(button.dataset.copy as SnippetKind)));
}
void listModels();
attempt(async () => {
  const shared = await runOfHash(location.hash);
  if (shared) show(shared);
  else await comeBack();
});

function client() {
  return createClient({ baseUrl: "", apiKey: key.value });
}

async function listModels(): Promise<void> {
  try {
    const names = await client().models();
    model.replaceChildren(...names.map((name) => new Option(name)));
    if (names.length === 0) say("No model is served yet; reload the page in a moment.");
  } catch (error) {
    fail(error);
  }
}

/** Sends the form's message, once for each way to decode. */
async function ask(): Promise<void> {
  let request: EditsRequest;
  try {
    request = formRequest(form, model.value, conversation(turns, prompt.value));
  } catch (error) {
    return fail(error);
  }
  const variants = variantsOf(form);
  const [first] = variants;
  const next: Run = {
    request: { ...request, ...first?.parameters },
    lanes: variants.map(({ label }) => ({ label, events: [] })),
  };
  await record(next, (lane, signal) => {
    const { parameters } = variants[next.lanes.indexOf(lane)] as (typeof variants)[number];
    return client().edits({ ...request, ...parameters }, { signal });
  });
}

type Source = (lane: Lane, signal: AbortSignal) => ReturnType<ReturnType<typeof createClient>["edits"]>;

/** Follows all lanes of a run to their ends, and shows them live. */
async function record(next: Run, source: Source): Promise<void> {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  show(next);
  setRunning(true);
  const startMs = performance.now();
  player.follow(() => performance.now() - startMs);
  await Promise.all(next.lanes.map((lane) => recordLane(next, lane, source(lane, controller.signal), startMs)));
  if (running !== controller) return;
  running = undefined;
  tell(null);
  sessionStorage.removeItem(RUNNING);
  player.finish(durationOf(next));
  setRunning(false);
  if (next.lanes[0] && answerAt(next.lanes[0], Number.POSITIVE_INFINITY).text !== "") turns.push(next);
}

async function recordLane(of: Run, lane: Lane, events: ReturnType<Source>, startMs: number): Promise<void> {
  try {
    for await (const event of events) {
      lane.events.push({ ms: performance.now() - startMs, event });
      if (event.type === "open" && lane === of.lanes[0]) {
        remember(of, event.response_id);
        tell(event.response_id);
      }
      if (event.type === "commit" && event.choice === 0 && lane === of.lanes[0])
        element("announcer").textContent = event.text;
    }
  } catch (error) {
    lane.failure = running?.signal.aborted ? "Stopped." : messageOf(error);
  }
}

/** Tells scripts beside this one which response is being written. */
function tell(responseId: string | null): void {
  document.dispatchEvent(new CustomEvent("palimpsest:response", { detail: responseId }));
}

const RUNNING = "palimpsest.running";

/** So that a page that is loaded again goes on with the text. */
function remember({ request, lanes }: Run, id: string): void {
  const earlier = turns.map(({ request, lanes }) => ({ request, lanes: lanes.slice(0, 1) }));
  sessionStorage.setItem(RUNNING, JSON.stringify({ id, request, label: lanes[0]?.label, turns: earlier }));
}

/** Goes on with the response that the page was left with, where the server keeps it. */
async function comeBack(): Promise<void> {
  const stored = sessionStorage.getItem(RUNNING);
  if (stored === null) return;
  const {
    id,
    request,
    label,
    turns: earlier,
  } = JSON.parse(stored) as { id: string; label: string; turns: Run[] } & Pick<Run, "request">;
  sessionStorage.removeItem(RUNNING);
  turns = earlier;
  const lane: Lane = { label, events: [] };
  await record({ request, lanes: [lane] }, (_, signal) => client().watch(id, { signal }));
  if (lane.events.length === 0)
    say("The page was loaded again before the answer had ended, and this server keeps no answers.");
}

function show(next: Run): void {
  run = next;
  say("");
  turnsElement.replaceChildren(...turns.map(turnElement));
  views = next.lanes.map((lane) => new LaneView(lane, element("history"), schemaOf(next)));
  lanesElement.replaceChildren(...views.map(({ element }) => element));
  lanesElement.dataset.count = String(views.length);
  player.finish(durationOf(next));
}

/** An earlier turn: its message and answer, which can be looked at again. */
function turnElement(turn: Run): HTMLElement {
  const article = document.createElement("article");
  const asked = document.createElement("p");
  asked.className = "asked";
  asked.textContent = turn.request.messages.at(-1)?.content ?? "";
  const answer = document.createElement("pre");
  answer.textContent = turn.lanes[0] ? answerAt(turn.lanes[0], Number.POSITIVE_INFINITY).text : "";
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Watch again";
  again.addEventListener("click", () => show(turn));
  article.append(asked, answer, again);
  return article;
}

function startOver(): void {
  running?.abort();
  turns = [];
  run = undefined;
  views = [];
  lanesElement.replaceChildren();
  turnsElement.replaceChildren();
  player.finish(0);
  history.replaceState(null, "", location.pathname);
  prompt.focus();
}

function save(): void {
  if (run) download(runFile(run), "palimpsest-run.json");
  else say("There is no run to save yet.");
}

/** The first answer, at the pace that the player has. */
async function saveAnimation(): Promise<void> {
  const [lane] = run?.lanes ?? [];
  if (!lane || running) return say("There is no answer to save yet.");
  const svg = animatedSvg(lane, { rate: player.rate });
  download(new Blob([svg], { type: "image/svg+xml" }), "palimpsest-answer.svg");
}

function download(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

async function copyLink(): Promise<void> {
  if (!run) return say("There is no run to link to yet.");
  history.replaceState(null, "", await runHash(run));
  await navigator.clipboard.writeText(location.href);
  say("The link is on the clipboard. It holds the whole run.");
}

async function openFile(input: HTMLInputElement): Promise<void> {
  const [file] = input.files ?? [];
  input.value = "";
  if (file) show(parseRun(await file.text()));
}

async function copySnippet(kind: SnippetKind): Promise<void> {
  const [variant] = variantsOf(form);
  const request = { ...formRequest(form, model.value, conversation(turns, prompt.value)), ...variant?.parameters };
  await navigator.clipboard.writeText(snippet(kind, request, location.origin));
  say("The request is on the clipboard.");
}

function setRunning(on: boolean): void {
  const [from, to] = on ? [send, stop] : [stop, send];
  to.disabled = false;
  // Disabling a focused button would move the keyboard focus to the start of the page.
  if (document.activeElement === from) to.focus();
  from.disabled = true;
}

function attempt(act: () => Promise<void>): void {
  act().catch(fail);
}

function say(text: string): void {
  status.className = "";
  status.textContent = text || "\u00a0";
}

function fail(error: unknown): void {
  status.className = "error";
  status.textContent = messageOf(error);
}

function messageOf(error: unknown): string {
  return error instanceof PalimpsestError || error instanceof Error ? error.message : String(error);
}
