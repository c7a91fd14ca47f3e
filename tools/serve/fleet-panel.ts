/** Adds a button to the playground, in the browser: it kills the worker that is writing the answer. */

const button = document.createElement("button");
button.type = "button";
button.id = "kill";
button.textContent = "Kill the worker";
button.disabled = true;
document.querySelector("#stop")?.after(button);
const status = document.querySelector("#status");

/** The response that is being written. */
let responseId: string | null = null;

// The page tells of each answer that begins and ends.
document.addEventListener("palimpsest:response", (event) => {
  responseId = (event as CustomEvent<string | null>).detail;
  button.disabled = responseId === null;
});

button.addEventListener("click", async () => {
  if (responseId === null) return;
  const answer = await fetch(`/fleet/kill?response=${encodeURIComponent(responseId)}`, { method: "POST" });
  const { message } = (await answer.json()) as { message: string };
  if (status) status.textContent = message;
});
