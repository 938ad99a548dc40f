/** One photograph to the server: PUT /evidence/{sha256}. Safe to repeat. */
import type { Words } from "../words/language.svelte";

/** later: try again. unready: this server takes no photographs yet. unknown: it knows no such token. refused: it never will. */
export type Uploaded = { is: "sent" } | { is: "later" } | { is: "unready" } | { is: "unknown" } | { is: "refused"; words: Words };

const TIMEOUT_MS = 180_000;
const LATER: ReadonlySet<number> = new Set([0, 408, 425, 429]);
const UNREADY: ReadonlySet<number> = new Set([404, 405, 501]);
const REFUSED = { th: "ระบบไม่รับรูปนี้ ถ่ายใหม่", en: "The server does not take this photograph. Take it again" };

/** `moved`: bytes sent so far. fetch tells no progress, so this is an XMLHttpRequest. */
export function upload(sha256: string, blob: Blob, token: string, moved: (bytes: number) => void): Promise<Uploaded> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("PUT", `/evidence/${sha256}`);
    request.setRequestHeader("authorization", `Bearer ${token}`);
    request.setRequestHeader("content-type", blob.type || "image/jpeg");
    request.timeout = TIMEOUT_MS;
    request.upload.onprogress = (event) => moved(event.loaded);
    request.onloadend = () => resolve(outcome(request.status, request.responseText));
    request.send(blob);
  });
}

/** Status 0: no answer came. */
export function outcome(status: number, body: string): Uploaded {
  if (status >= 200 && status < 300) return { is: "sent" };
  if (status === 401) return { is: "unknown" };
  if (UNREADY.has(status)) return { is: "unready" };
  if (LATER.has(status) || status >= 500) return { is: "later" };
  return { is: "refused", words: wordsOf(body) ?? REFUSED };
}

function wordsOf(body: string): Words | null {
  try {
    const { th, en } = JSON.parse(body) as Partial<Words>;
    return th && en ? { th, en } : null;
  } catch {
    return null;
  }
}
