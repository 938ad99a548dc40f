import { describe, expect, it } from "vitest";
import { outcome } from "./upload";

describe("the answer to a photograph", () => {
  it("tells what is stored from what is tried again", () => {
    expect([200, 201, 204].map((status) => outcome(status, "").is)).toEqual(["sent", "sent", "sent"]);
    expect([0, 429, 500, 503, 507].map((status) => outcome(status, "").is)).toEqual(["later", "later", "later", "later", "later"]);
    expect([404, 405].map((status) => outcome(status, "").is)).toEqual(["unready", "unready"]);
    expect(outcome(401, "").is).toBe("unknown");
  });
  it("says in the server's words why one is never taken", () => {
    expect(outcome(422, '{"th":"ก","en":"a"}')).toEqual({ is: "refused", words: { th: "ก", en: "a" } });
    expect(outcome(413, "<html>")).toMatchObject({ is: "refused", words: { th: "ระบบไม่รับรูปนี้ ถ่ายใหม่" } });
  });
});
