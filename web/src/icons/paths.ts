/** Icons as one path each, on a 24 × 24 grid, stroked with the current colour. Every app's icons stand here. */
const ring = "M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0z";

export const PATHS = {
  back: "M15 4 7 12l8 8",
  go: "m9 5 7 7-7 7",
  menu: "M4 6h16M4 12h16M4 18h16",
  camera: "M4 7h4l2-3h4l2 3h4v13H4zM8 13a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
  ok: "m4 12.5 5.5 5.5L20 6.5",
  wait: `${ring}M12 7v5l3.5 2`,
  up: "M12 20V5M5.5 11.5 12 5l6.5 6.5",
  down: "M12 4v15M5.5 12.5 12 19l6.5-6.5",
  held: `${ring}M9.5 8.5v7M14.5 8.5v7`,
  bad: `${ring}m5.5-3.5 7 7m0-7-7 7`,
  warn: "M12 3.5 22 20H2zM12 10v4.5M12 17.300v.1",
  sent: "m3 11 18-8-7 18-3.5-7z",
  offline: "M3 3l18 18M5 12.5a10 10 0 0 1 4-2.600M19 12.5a10 10 0 0 0-5-2.800M8.5 16a5 5 0 0 1 7 0M12 19.5v.1",
  lock: "M5 11h14v9H5zM8 11V8a4 4 0 0 1 8 0v3",
  qr: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2M20 14v6h-6v-2",
  erase: "M9 5h12v14H9l-6-7zM12 9.5l5 5M17 9.5l-5 5",
  undo: "M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-3",
  grid: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z",
  pen: "m4 20 1-4.5L16.5 4 20 7.5 8.5 19z",
  eye: "M2 12s3.5-6.5 10-6.5S22 12 22 12s-3.5 6.5-10 6.5S2 12 2 12zM9 12a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
  person: "M8 8a4 4 0 1 0 8 0a4 4 0 1 0-8 0zM4 20.5c1.5-4 4.5-5.5 8-5.5s6.5 1.5 8 5.5",
  flash: "M13 2 5 14h6l-1 8 8-12h-6z",
  disk: "M4 5h16v14H4zM4 14h16M16 16.5h.1",
  hand: "M8 12V5.5a1.5 1.5 0 0 1 3 0V11M11 10.5V4a1.5 1.5 0 0 1 3 0v7M14 11V6a1.5 1.5 0 0 1 3 0v8c0 4-2 7-6 7-3 0-4.5-1.5-6-4.5l-1.5-3a1.5 1.5 0 0 1 2.600-1.5L8 14",
  phone: "M7 2.5h10v19H7zM11 18.5h2",
  help: `${ring}M9.5 9.5a2.5 2.5 0 1 1 3.5 2.300c-.8.4-1 .9-1 1.700M12 16.800v.1`,
  sun: "M8 12a4 4 0 1 0 8 0a4 4 0 1 0-8 0zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5 5l1.5 1.5M17.5 17.5 19 19M19 5l-1.5 1.5M6.5 17.5 5 19",
  zoom: "M4 10.5a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0-13 0zM15.5 15.5 21 21M10.5 7.5v6M7.5 10.5h6",
  bin: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
} as const;

export type IconName = keyof typeof PATHS;
