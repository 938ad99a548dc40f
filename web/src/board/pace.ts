/** When the page is drawn: the newest state whole, in one frame, at most once a pace. What comes between is never drawn. */
export class Pace {
  readonly #everyMs: number;
  readonly #draw: () => void;
  #last = -Infinity;
  #waiting = false;

  constructor(everyMs: number, draw: () => void) {
    this.#everyMs = everyMs;
    this.#draw = draw;
  }

  /** Something is new: draw it now, or as soon as the pace allows. A browser gives a hidden tab no frame, so it draws nothing. */
  ask(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    const left = this.#last + this.#everyMs - performance.now();
    if (left > 0) setTimeout(this.#atNextFrame, left);
    else this.#atNextFrame();
  }

  readonly #atNextFrame = (): void => {
    requestAnimationFrame(() => {
      this.#waiting = false;
      this.#last = performance.now();
      this.#draw();
    });
  };
}
