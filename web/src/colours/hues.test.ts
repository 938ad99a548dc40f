import { describe, expect, it } from "vitest";
import { contrastOf, hueOf, labelOn, STRENGTHS } from "./hues";

const COLORS = ["#0a7d4f", "#1678b8", "#d95f0c", "#4a43c4", "#c02a7a", "#8b6e00", "#8440a8", "#6d757b", "#ffd84a", "#000000", "#ffffff", "#1f3f78", "no colour"];

describe.each(COLORS)("a candidate's %s", (color) => {
  const hue = hueOf(color);

  it("makes fills of 3:1 on surface and track", () => {
    expect(contrastOf(hue.fillLight, "#ffffff")).toBeGreaterThanOrEqual(3);
    expect(contrastOf(hue.fillLight, "#e9ebe8")).toBeGreaterThanOrEqual(3);
    expect(contrastOf(hue.fillDark, "#252a2e")).toBeGreaterThanOrEqual(3);
  });

  it("makes digits and names of 4.5:1", () => {
    expect(contrastOf(hue.fillLight, hue.onLight)).toBeGreaterThanOrEqual(4.5);
    expect(contrastOf(hue.fillDark, hue.onDark)).toBeGreaterThanOrEqual(4.5);
    expect(contrastOf(hue.textLight, "#f4f5f3")).toBeGreaterThanOrEqual(4.5);
    expect(contrastOf(hue.textDark, "#181c1f")).toBeGreaterThanOrEqual(4.5);
  });

  it("carries a legible label at every strength of a lead", () => {
    for (const strength of STRENGTHS) {
      const label = labelOn(color, strength);
      expect(contrastOf(label.light, over(hue.fillLight, "#ffffff", strength))).toBeGreaterThanOrEqual(4.5);
      expect(contrastOf(label.dark, over(hue.fillDark, "#181c1f", strength))).toBeGreaterThanOrEqual(4.5);
    }
  });
});

it("leaves a colour alone that is good as it is", () => expect(hueOf("#0a7d4f").fillLight).toBe("#0a7d4f"));

function over(top: string, ground: string, opacity: number): string {
  const channel = (at: number) => Math.round(parseInt(top.slice(at, at + 2), 16) * opacity + parseInt(ground.slice(at, at + 2), 16) * (1 - opacity));
  return `#${[1, 3, 5].map((at) => channel(at).toString(16).padStart(2, "0")).join("")}`;
}
