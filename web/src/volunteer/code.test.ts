import { describe, expect, it } from "vitest";
import { codeIn, digitsOf, wellFormed } from "./code";

const CODE = "572401839064";
const check = (eleven: string) => [..."0123456789"].map((digit) => eleven + digit).filter(wellFormed);

describe("enrolment codes", () => {
  it("have exactly one check digit", () => {
    for (const eleven of ["48217703592", "00000000000", "99999999999", "57240183906"]) expect(check(eleven)).toHaveLength(1);
  });
  it("tell every single wrong digit and every swap of neighbours", () => {
    const code = check("48217703592")[0]!;
    for (let place = 0; place < code.length; place += 1) {
      for (const digit of "0123456789") {
        if (digit !== code[place]) expect(wellFormed(code.slice(0, place) + digit + code.slice(place + 1))).toBe(false);
      }
      const [a, b] = [code[place], code[place + 1]];
      if (b !== undefined && a !== b) expect(wellFormed(code.slice(0, place) + b + a + code.slice(place + 2))).toBe(false);
    }
  });
  it("are no code when too short, too long or no digits", () => {
    const code = check("48217703592")[0]!;
    for (const text of ["", code.slice(1), `${code}0`, `x${code.slice(1)}`]) expect(wellFormed(text)).toBe(false);
  });
  it("are read from Thai and full-width digits, whatever stands between", () => {
    expect(digitsOf("๔๘๒๑ ๗๗๐๓-５９２３")).toBe("482177035923");
  });
  it("are found in the address's fragment alone", () => {
    expect(codeIn(`https://192.0.2.1:8000/volunteer#code=${CODE}`)).toBe(CODE);
    expect(codeIn(`#${CODE}`)).toBe(CODE);
    expect(codeIn("5724 0183 9064")).toBe(CODE);
    expect(codeIn("https://example.org/572401839064")).toBeNull();
    expect(codeIn("https://example.org/#12")).toBeNull();
  });
});
