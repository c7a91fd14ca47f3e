/** Adds buttons to the playground, in the browser: they disturb the answer that is being written, and the text goes on. */

const kill = disturbance("kill", "Kill the worker");
const reload = disturbance("reload", "Reload the page");
document.querySelector("#stop")?.after(kill, reload);
const status = document.querySelector("#status");

/** The response that is being written. */
let responseId: string | null = null;

// The page tells of each answer that begins and ends.
document.addEventListener("palimpsest:response", (event) => {
  responseId = (event as CustomEvent<string | null>).detail;
  kill.disabled = responseId === null;
  reload.disabled = responseId === null;
});

kill.addEventListener("click", async () => {
  if (responseId === null) return;
  const answer = await fetch(`/fleet/kill?response=${encodeURIComponent(responseId)}`, { method: "POST" });
  const { message } = (await answer.json()) as { message: string };
  if (status) status.textContent = message;
});
reload.addEventListener("click", () => location.reload());

function disturbance(id: string, text: string): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.id = id;
  button.textContent = text;
  button.disabled = true;
  return button;
}
