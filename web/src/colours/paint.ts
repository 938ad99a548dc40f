/** Inline custom properties that carry a colour to board.css; set through the CSSOM, so a strict CSP lets them pass. */
import { hueOf, labelOn } from "./hues";

export function hueStyle(color: string): string {
  const hue = hueOf(color);
  return `--cl:${hue.fillLight};--cd:${hue.fillDark};--tl:${hue.textLight};--td:${hue.textDark};--nl:${hue.onLight};--nd:${hue.onDark}`;
}

/** For an area of a map: the fill at a strength, and the label that is legible on it. */
export function paintStyle(color: string, opacity: number): string {
  const hue = hueOf(color);
  const label = labelOn(color, opacity);
  return `--cl:${hue.fillLight};--cd:${hue.fillDark};--o:${opacity};--ll:${label.light};--ld:${label.dark}`;
}
