/** How many dialogs lie over the page: the desk's keys are not meant for what is below. */
class Dialogs {
  #count = $state(0);

  get any(): boolean {
    return this.#count > 0;
  }

  /** The end of it. */
  enter(): () => void {
    this.#count += 1;
    return () => void (this.#count -= 1);
  }
}

export const dialogs = new Dialogs();
