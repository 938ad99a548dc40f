/** Fills and texts for light and dark pages from the one colour that the election's package names. */

type Rgb = readonly [number, number, number];

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
// From tokens.css: the grounds that fills and texts must stand out against.
const LIGHT = { ink: [20, 24, 27], surface: WHITE, track: [233, 235, 232], paper: [244, 245, 243] } as const;
const DARK = { ink: [15, 18, 20], surface: [24, 28, 31], track: [37, 42, 46], pale: [240, 242, 241] } as const;

/** Opacity of a leader's fill on maps, weakest lead first; `--lead-1` to `--lead-5` in tokens.css. */
export const STRENGTHS = [0.32, 0.46, 0.6, 0.76, 1] as const;

export interface Hue {
  readonly fillLight: string;
  readonly fillDark: string;
  readonly textLight: string;
  readonly textDark: string;
  /** Legible on the full fill. */
  readonly onLight: string;
  readonly onDark: string;
}

const hues = new Map<string, Hue>();

/** WCAG ratios: fills 3:1 on surface and track, digits on them and texts 4.5:1. A colour that is no #rrggbb counts as grey. */
export function hueOf(color: string): Hue {
  const known = hues.get(color);
  if (known) return known;
  const base = parse(color);
  const fillLight = until(base, -1, (c) => contrast(c, LIGHT.track) >= 3);
  const fillDark = until(base, 1, (c) => contrast(c, DARK.track) >= 4.6 && contrast(c, DARK.ink) >= 4.5);
  const hue: Hue = {
    fillLight: hex(fillLight),
    fillDark: hex(fillDark),
    textLight: hex(until(fillLight, -1, (c) => contrast(c, LIGHT.track) >= 5)),
    textDark: hex(until(fillDark, 1, (c) => contrast(c, DARK.track) >= 6.5)),
    onLight: bestOn(fillLight, WHITE, LIGHT.ink),
    onDark: bestOn(fillDark, DARK.pale, DARK.ink),
  };
  hues.set(color, hue);
  return hue;
}

/** The text colours for a label on the fill at this opacity, over the surface of light and dark pages. */
export function labelOn(color: string, opacity: number): { light: string; dark: string } {
  const { fillLight, fillDark } = hueOf(color);
  return {
    light: bestOn(blend(parse(fillLight), LIGHT.surface, opacity), WHITE, LIGHT.ink),
    dark: bestOn(blend(parse(fillDark), DARK.surface, opacity), DARK.pale, DARK.ink),
  };
}

export function contrastOf(a: string, b: string): number {
  return contrast(parse(a), parse(b));
}

function parse(color: string): Rgb {
  const digits = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (!digits) return [109, 117, 123];
  return [parseInt(digits[1]!, 16), parseInt(digits[2]!, 16), parseInt(digits[3]!, 16)];
}

function hex(rgb: Rgb): string {
  return `#${rgb.map((v) => Math.round(v).toString(16).padStart(2, "0")).join("")}`;
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

/** The page's own pale or dark; where neither is legible, pure white or black, one of which always is. */
function bestOn(ground: Rgb, pale: Rgb, dark: Rgb): string {
  const legible = [pale, dark, WHITE, BLACK].find((text) => contrast(ground, text) >= 4.5) ?? BLACK;
  return hex(legible);
}

function blend(top: Rgb, ground: Rgb, opacity: number): Rgb {
  const mix = (i: 0 | 1 | 2) => top[i] * opacity + ground[i] * (1 - opacity);
  return [mix(0), mix(1), mix(2)];
}

/** Darkens (-1) or lightens (1) by hundredths of HSL lightness until it is enough; black or white at the latest. */
function until(from: Rgb, direction: -1 | 1, enough: (c: Rgb) => boolean): Rgb {
  const [h, s, l] = toHsl(from);
  for (let step = 0; step <= 100; step += 1) {
    const color = step === 0 ? from : fromHsl(h, s, Math.min(1, Math.max(0, l + (direction * step) / 100)));
    if (enough(color)) return color;
  }
  return direction < 0 ? BLACK : WHITE;
}

function toHsl([r, g, b]: Rgb): [number, number, number] {
  const [max, min] = [Math.max(r, g, b) / 255, Math.min(r, g, b) / 255];
  const [l, d] = [(max + min) / 2, max - min];
  if (d === 0) return [0, 0, l];
  const s = d / (1 - Math.abs(2 * l - 1));
  const [x, y, z] = [r / 255, g / 255, b / 255];
  const h = max === x ? ((y - z) / d + 6) % 6 : max === y ? (z - x) / d + 2 : (x - y) / d + 4;
  return [h * 60, s, l];
}

function fromHsl(h: number, s: number, l: number): Rgb {
  const channel = (n: number) => {
    const k = (n + h / 30) % 12;
    return 255 * (l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return [channel(0), channel(8), channel(4)];
}
