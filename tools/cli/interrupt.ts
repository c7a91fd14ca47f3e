/** Ctrl-C and a supervisor's SIGTERM, as a signal that work can be given. */

/** Aborts at the first of the two; a second one ends the program at once, as usual. */
export function interruptSignal(): AbortSignal {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupt.abort());
  return interrupt.signal;
}
