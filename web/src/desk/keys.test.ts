import { describe, expect, it } from "vitest";
import { actOf, type Pressed, type Standing } from "./keys";

const FREE: Standing = { deciding: false, dialog: false, typing: false, letters: true, zoomed: false };
const press = (key: string, more: Partial<Pressed> = {}): Pressed => ({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more });

describe("a key of the desk", () => {
  it("works in either case, and by its place where the keyboard writes Thai", () => {
    expect(actOf(press("a"), FREE)).toEqual({ do: "accept" });
    expect(actOf(press("A"), FREE)).toEqual({ do: "accept" });
    expect(actOf(press("ฟ", { code: "KeyA" }), FREE)).toEqual({ do: "accept" });
    expect(actOf(press("ฟ", { code: "Digit1" }), FREE)).toBeNull();
  });

  it("does nothing while it is held down, in a text field, under a dialog, or switched off", () => {
    expect(actOf(press("a", { repeat: true }), FREE)).toBeNull();
    expect(actOf(press("a"), { ...FREE, typing: true })).toBeNull();
    expect(actOf(press("a"), { ...FREE, dialog: true })).toBeNull();
    expect(actOf(press("a"), { ...FREE, letters: false })).toBeNull();
    expect(actOf(press("a", { ctrlKey: true }), FREE)).toBeNull();
    expect(actOf(press("a", { altKey: true }), FREE)).toBeNull();
  });

  it("confirms by Ctrl or Cmd and Enter from the text field too, once, and only while deciding", () => {
    const deciding = { ...FREE, deciding: true, typing: true, letters: false };
    expect(actOf(press("Enter", { ctrlKey: true }), deciding)).toEqual({ do: "confirm" });
    expect(actOf(press("Enter", { metaKey: true }), deciding)).toEqual({ do: "confirm" });
    expect(actOf(press("Enter", { ctrlKey: true, repeat: true }), deciding)).toBeNull();
    expect(actOf(press("Enter", { ctrlKey: true }), { ...deciding, dialog: true })).toBeNull();
    expect(actOf(press("Enter", { ctrlKey: true }), FREE)).toBeNull();
    expect(actOf(press("Enter"), { ...FREE, deciding: true })).toBeNull();
  });

  it("goes back by Escape, switched off or not, and picks reasons only while they are open", () => {
    expect(actOf(press("Escape"), { ...FREE, deciding: true, typing: true, letters: false })).toEqual({ do: "back" });
    expect(actOf(press("Escape"), FREE)).toBeNull();
    expect(actOf(press("3"), { ...FREE, deciding: true })).toEqual({ do: "reason", choice: 2 });
    expect(actOf(press("3"), FREE)).toBeNull();
    expect(actOf(press("7"), { ...FREE, deciding: true })).toBeNull();
  });

  it("pans by arrows only where the photograph is larger than its frame, held down too", () => {
    expect(actOf(press("ArrowLeft"), FREE)).toBeNull();
    expect(actOf(press("ArrowLeft", { repeat: true }), { ...FREE, zoomed: true })).toEqual({ do: "pan", x: 1, y: 0 });
  });
});
