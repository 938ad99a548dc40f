import { describe, expect, it } from "vitest";
import { sequenceOf } from "./receipt";

describe("a receipt", () => {
  it("names the entry by its index in the tree, which begins at 0", () => {
    expect(sequenceOf("c2sp.org/tlog-proof@v1\nindex 4811\nAAAA\n")).toBe(4812);
    expect(sequenceOf("no proof")).toBeNull();
  });
});
