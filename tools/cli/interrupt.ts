/** Turns Ctrl-C and a supervisor's SIGTERM into an AbortSignal. */

/** Aborts at the first signal; a second signal ends the program immediately, as usual. */
export function interruptSignal(): AbortSignal {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupt.abort());
  return interrupt.signal;
}
