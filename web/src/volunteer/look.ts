/** Where to look first when it does not add up. Names fields, never the number that would fit. */
import { type Entered, type Field, fieldsOf, ILLEGIBLE, several, type Sheet } from "./sheet";

const FIELDS_MOST = 3;

/**
 * Fields in which one slip of the finger would explain the whole difference (ballots used − sum): digits in another
 * order first, then one digit too many or too few. Ballots used itself is never named.
 */
export function lookFirst(sheet: Sheet, entered: Entered, difference: number): Field[] {
  if (difference === 0) return [];
  const found: [rank: number, field: Field][] = [];
  for (const field of fieldsOf(sheet)) {
    const typed = entered[field] ?? "";
    const inSum = !several(sheet) || !field.startsWith("c");
    if (field === "cast" || !inSum || typed === "" || typed === ILLEGIBLE) continue;
    const rank = slip(typed, Number(typed) + difference);
    if (rank !== null) found.push([rank, field]);
  }
  return found
    .sort(([a], [b]) => a - b)
    .slice(0, FIELDS_MOST)
    .map(([, field]) => field);
}

function slip(typed: string, fitting: number): number | null {
  if (fitting < 0) return null;
  const meant = String(fitting);
  if (typed.length === meant.length) return typed.length > 1 && sorted(typed) === sorted(meant) ? 0 : null;
  if (Number(typed) === 0 || fitting === 0) return null;
  const [longer, shorter] = typed.length > meant.length ? [typed, meant] : [meant, typed];
  return longer.length - shorter.length === 1 && [...longer].some((_, i) => longer.slice(0, i) + longer.slice(i + 1) === shorter) ? 1 : null;
}

function sorted(digits: string): string {
  return [...digits].sort().join("");
}
