/** Enrolment codes: 12 digits, the last a Damm check digit, so that a slip is told on the phone and costs no attempt. */

export const CODE_DIGITS = 12;

// The quasigroup of H. M. Damm, Total anti-symmetrische Quasigruppen, Marburg 2004; the server's is the same.
const DAMM = ["0317598642", "7092154863", "4206871359", "1750983426", "6123045978", "3674209581", "5869720134", "8945362017", "9438617205", "2581436790"];

/** Every single wrong digit and every swap of neighbours makes it false. */
export function wellFormed(code: string): boolean {
  if (code.length !== CODE_DIGITS || !/^[0-9]+$/.test(code)) return false;
  return [...code].reduce((interim, digit) => Number(DAMM[interim]![Number(digit)]), 0) === 0;
}

/** The digits of what was typed or pasted: Thai and full-width digits become 0–9, all else is dropped. */
export function digitsOf(text: string): string {
  return [...text].map((character) => latinDigit(character) ?? "").join("");
}

/** "7" of ๗ or ７; null for what is no digit. */
export function latinDigit(character: string): string | null {
  const code = character.codePointAt(0) ?? 0;
  for (const zero of [0x30, 0x0e50, 0xff10]) {
    if (code >= zero && code <= zero + 9) return String(code - zero);
  }
  return null;
}

/** The code in a scanned text or an address's fragment; null where there is none. An address's other digits count for nothing. */
export function codeIn(text: string): string | null {
  const fragment = text.includes("#") ? text.slice(text.indexOf("#") + 1) : /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? "" : text;
  const digits = digitsOf(fragment);
  return digits.length === CODE_DIGITS ? digits : null;
}
