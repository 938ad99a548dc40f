/** Thai sentences around names: Thai runs on without spaces, but never against a name in other letters or against digits. */

const THAI_END = /\p{Script=Thai}$/u;
const THAI_START = /^\p{Script=Thai}/u;
const OTHER_END = /[^\p{Script=Thai}\s]$/u;
const OTHER_START = /^[^\p{Script=Thai}\s]/u;

/** A template whose values are set off by a space wherever Thai letters would touch what is not Thai. */
export function thai(words: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return values.reduce<string>((told, value, i) => joined(joined(told, String(value)), words[i + 1]!), words[0]!);
}

function joined(before: string, after: string): string {
  const apart = (THAI_END.test(before) && OTHER_START.test(after)) || (OTHER_END.test(before) && THAI_START.test(after));
  return apart ? `${before} ${after}` : before + after;
}
