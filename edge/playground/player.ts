/** The clock of a run, one for all lanes: live while answers come in, and afterwards a timeline to move on, at any speed. */

/** The run's time for one of the clock, and their names. */
const RATES = [
  [0.01, "1/100"],
  [0.02, "1/50"],
  [0.05, "1/20"],
  [0.1, "1/10"],
  [0.25, "1/4"],
  [0.5, "1/2"],
  [1, "1"],
  [2, "2"],
] as const;

/** A replay lasts at least so long, unless the reader has chosen a speed: a small model's answer takes a tenth of a second. */
const SHORTEST_REPLAY_MS = 3_000;

export class Player {
  readonly element = document.createElement("div");
  readonly #play = document.createElement("button");
  readonly #time = document.createElement("input");
  readonly #clock = document.createElement("output");
  readonly #rate = document.createElement("select");
  readonly #show: (ms: number) => void;
  /** The time of a run that is not over. */
  #live: (() => number) | undefined;
  #isPlaying = false;
  #isRateChosen = false;
  #ms = 0;
  #lastFrameMs = 0;
  #frame = 0;

  /** @param show called with the time to show, at most once a frame */
  constructor(show: (ms: number) => void) {
    this.#show = show;
    this.element.className = "player";
    this.element.hidden = true;
    this.#play.type = "button";
    this.#time.type = "range";
    this.#time.min = "0";
    this.#time.ariaLabel = "Time in the run";
    for (const [rate, name] of RATES) this.#rate.append(new Option(name, String(rate)));
    this.#rate.addEventListener("change", () => {
      this.#isRateChosen = true;
    });
    const speed = document.createElement("label");
    speed.append("Speed ", this.#rate);
    this.element.append(this.#play, this.#time, this.#clock, speed);
    this.#pause();
    this.#play.addEventListener("click", () => (this.#isPlaying ? this.#pause() : this.play()));
    this.#time.addEventListener("input", () => {
      this.#pause();
      this.#go(Number(this.#time.value));
    });
  }

  /** The run's time for one of the clock. */
  get rate(): number {
    return Number(this.#rate.value);
  }

  /** Shows a run while it comes in. */
  follow(now: () => number): void {
    this.#pause();
    this.#live = now;
    this.element.hidden = false;
    this.#play.disabled = true;
    this.#request();
  }

  /** The run is over, or an old one is looked at: its end is shown. */
  finish(durationMs: number): void {
    this.#live = undefined;
    this.#pause();
    this.element.hidden = durationMs === 0;
    this.#play.disabled = false;
    this.#time.max = String(Math.ceil(durationMs));
    if (!this.#isRateChosen) {
      const [rate] = RATES.findLast(([rate]) => durationMs / rate >= SHORTEST_REPLAY_MS) ?? RATES[0];
      this.#rate.value = String(rate);
    }
    this.#go(Math.ceil(durationMs));
  }

  /** Plays the run, from the beginning if its end is shown. */
  play(): void {
    if (this.#ms >= Number(this.#time.max)) this.#go(0);
    this.#isPlaying = true;
    this.#play.textContent = "Pause";
    this.#play.ariaPressed = "true";
    this.#lastFrameMs = performance.now();
    this.#request();
  }

  #pause(): void {
    this.#isPlaying = false;
    this.#play.textContent = "Play";
    this.#play.ariaPressed = "false";
    cancelAnimationFrame(this.#frame);
  }

  #request(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame((now) => this.#tick(now));
  }

  #tick(nowMs: number): void {
    if (this.#live) {
      const ms = this.#live();
      this.#time.max = String(Math.ceil(ms));
      this.#go(ms);
      this.#request();
      return;
    }
    if (!this.#isPlaying) return;
    const end = Number(this.#time.max);
    this.#go(Math.min(end, this.#ms + (nowMs - this.#lastFrameMs) * this.rate));
    this.#lastFrameMs = nowMs;
    if (this.#ms >= end) this.#pause();
    else this.#request();
  }

  #go(ms: number): void {
    this.#ms = ms;
    this.#time.value = String(ms);
    this.#clock.textContent = `${(ms / 1000).toFixed(2)} s`;
    this.#time.setAttribute("aria-valuetext", this.#clock.textContent);
    this.#show(ms);
  }
}
