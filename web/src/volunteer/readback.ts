/** Reading back: eleven candidates a screen, the ballots on the last. */
import { ballotFields, type Field, fieldOf, type Sheet } from "./sheet";

const CANDIDATES_A_SCREEN = 11;

export interface ReadBackScreen {
  readonly first: number;
  readonly last: number;
  readonly fields: readonly Field[];
}

/** Numbers are those on the ballot; a correction reads back what it changed alone, so it has no screens. */
export function screensOf(sheet: Sheet): ReadBackScreen[] {
  const screens: ReadBackScreen[] = [];
  for (let i = 0; i < sheet.candidates.length; i += CANDIDATES_A_SCREEN) {
    const part = sheet.candidates.slice(i, i + CANDIDATES_A_SCREEN);
    const last = i + CANDIDATES_A_SCREEN >= sheet.candidates.length;
    screens.push({ first: part[0]!.number, last: part.at(-1)!.number, fields: [...part.map(fieldOf), ...(last ? ballotFields(sheet) : [])] });
  }
  return screens;
}
