/** What a key does at the desk, by what is open. Single letters work outside text fields alone, and can be switched off. */

export type Act =
  | { do: "next" | "previous" | "accept" | "reject" | "skip" | "confirm" | "back" | "photo" | "mark" | "history" | "filter" | "help" | "standing" }
  | { do: "reason"; choice: number }
  | { do: "zoom"; by: 1 | -1 | 0 }
  | { do: "turn"; by: 90 | -90 }
  | { do: "pan"; x: number; y: number };

export interface Pressed {
  readonly key: string;
  readonly code?: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly repeat: boolean;
}

export interface Standing {
  /** The reasons are open. */
  readonly deciding: boolean;
  /** A dialog lies over the page. */
  readonly dialog: boolean;
  /** The focus is in a text field or a list of choices. */
  readonly typing: boolean;
  /** Single letters are switched on. */
  readonly letters: boolean;
  /** Arrows move the photograph, not the page. */
  readonly zoomed: boolean;
}

const LETTERS: Readonly<Record<string, Act>> = {
  j: { do: "next" },
  k: { do: "previous" },
  a: { do: "accept" },
  r: { do: "reject" },
  s: { do: "skip" },
  "+": { do: "zoom", by: 1 },
  "=": { do: "zoom", by: 1 },
  "-": { do: "zoom", by: -1 },
  "0": { do: "zoom", by: 0 },
  "[": { do: "turn", by: -90 },
  "]": { do: "turn", by: 90 },
  p: { do: "photo" },
  n: { do: "mark" },
  h: { do: "history" },
  "/": { do: "filter" },
  "?": { do: "help" },
};
const ARROWS: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** null: the key is the page's own. A held-down key does nothing twice. */
export function actOf(pressed: Pressed, standing: Standing): Act | null {
  const { key } = pressed;
  if (pressed.altKey) return null;
  if (pressed.ctrlKey || pressed.metaKey) return key === "Enter" && standing.deciding && !standing.dialog && !pressed.repeat ? { do: "confirm" } : null;
  // A dialog closes itself; the letters of the desk below are not meant for it.
  if (standing.dialog) return null;
  if (key === "Escape") return standing.deciding ? { do: "back" } : null;
  if (standing.typing) return null;
  const arrow = ARROWS[key];
  if (arrow && standing.zoomed) return { do: "pan", x: arrow[0], y: arrow[1] };
  if (pressed.repeat || !standing.letters) return null;
  if (standing.deciding && /^[1-6]$/.test(key)) return { do: "reason", choice: Number(key) - 1 };
  // On a Thai keyboard the same key gives another letter: its place on the board decides then.
  return LETTERS[key.toLowerCase()] ?? LETTERS[placed(pressed.code)] ?? null;
}

function placed(code: string | undefined): string {
  return code?.startsWith("Key") ? code.slice(3).toLowerCase() : "";
}
