/** A modal dialog. It says at once, and once, that it has closed: the browser's own `close` event comes a moment later,
 * and a key or a touch of that moment would be lost, or meant for a dialog that is there anew. */
import type { Attachment } from "svelte/attachments";

/** `closed`: Escape, a form of method `dialog`, a touch beside it if `beside`, or the browser closed it. `stays`: Escape does not. */
export function modal(closed: () => void, { beside = false, stays = false } = {}): Attachment<HTMLDialogElement> {
  return (dialog) => {
    const before = document.activeElement;
    let over = false;

    function end(): void {
      if (over) return;
      over = true;
      dialog.close();
      closed();
    }

    dialog.addEventListener("cancel", (event) => {
      // What is inside may be cancelled too: the choice of a file.
      if (event.target !== dialog) return;
      if (stays) event.preventDefault();
      else end();
    });
    dialog.addEventListener("submit", (event) => {
      if ((event.target as HTMLFormElement).method !== "dialog") return;
      event.preventDefault();
      end();
    });
    dialog.addEventListener("close", end);
    dialog.addEventListener("click", (event) => beside && event.target === dialog && end());
    dialog.showModal();

    return () => {
      // Taken away while it was open: the browser gives the focus back only to what was before a dialog that closes.
      if (!over && before instanceof HTMLElement) before.focus();
      over = true;
    };
  };
}
