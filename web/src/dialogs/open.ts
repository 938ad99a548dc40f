/** Whether a dialog lies over the page: the desk's keys are not meant for what is below. */
export function dialogOpen(): boolean {
  // As the browser has it: its `close` event comes a moment after it is closed, and a key in between would be lost.
  return document.querySelector("dialog[open]") !== null;
}
