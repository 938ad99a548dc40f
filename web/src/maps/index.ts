/** Maps by area code. A map is used where it knows every area that is to be drawn; else the areas stand in rows of tiles. */
import type { Topology } from "topojson-specification";
import bangkokGrid from "../../../data/bkk2022/maps/bangkok_districts_tile_grid.csv?raw";
import bangkokNames from "./bangkok/line-breaks.json";

export interface Tile {
  /** From 0, left to right and top to bottom. */
  readonly column: number;
  readonly row: number;
  /** The name as it breaks on a tile, a bar between lines. */
  readonly th?: string;
  readonly en?: string;
}

export interface AreaMap {
  readonly tiles: Readonly<Record<string, Tile>>;
  readonly columns: number;
  /** The shapes, one geometry an area with its code in `properties.code`; null where there is none. */
  readonly shapes: (() => Promise<Topology>) | null;
  /** Areas wide enough to carry their name on the shape map. */
  readonly labelled: readonly string[];
  /** Whose shapes and names these are; null for rows of tiles, which are made here. */
  readonly credit: { readonly th: string; readonly en: string } | null;
}

const MAPS: readonly AreaMap[] = [
  {
    tiles: fromGrid(bangkokGrid, bangkokNames),
    columns: 10,
    shapes: async () => JSON.parse((await import("../../../data/bkk2022/maps/bangkok_districts.topojson?raw")).default) as Topology,
    labelled: ["1003", "1010", "1011", "1021", "1032", "1040", "1042", "1046", "1048"],
    credit: {
      th: "เส้นเขต: pcrete/gsvloader-demo (MIT) · ชื่อเขต: GeoThai (CC BY 4.0)",
      en: "District shapes: pcrete/gsvloader-demo (MIT) · District names: GeoThai (CC BY 4.0)",
    },
  },
];

/** A tile grid's CSV (code, two names, column, row, …), and names as they break on tiles: Thai, then English. */
export function fromGrid(csv: string, names: Readonly<Record<string, readonly string[]>>): Record<string, Tile> {
  const rows = csv.trim().split(/\r?\n/).slice(1);
  return Object.fromEntries(
    rows.map((line) => {
      const [code = "", nameTh = "", nameEn = "", column, row] = line.split(",");
      const [th = nameTh, en = nameEn] = names[code] ?? [];
      return [code, { column: Number(column), row: Number(row), th, en }];
    }),
  );
}

/** The last part of an area's id: what map files name it by. */
export function codeOf(areaId: string): string {
  return areaId.slice(areaId.lastIndexOf("/") + 1);
}

export function mapFor(areaIds: readonly string[]): AreaMap {
  const codes = areaIds.map(codeOf);
  return MAPS.find((map) => codes.length > 0 && codes.every((code) => code in map.tiles)) ?? inRows(codes);
}

/** The shapes of Bangkok's subdistricts, for the page of one district; null for areas that they do not know. */
export function belowMap(areaIds: readonly string[]): AreaMap | null {
  if (areaIds.length === 0 || !areaIds.every((id) => /^10\d{4}$/.test(codeOf(id)))) return null;
  return {
    tiles: {},
    columns: 1,
    shapes: async () => JSON.parse((await import("../../../data/bkk2022/maps/bangkok_subdistricts.topojson?raw")).default) as Topology,
    labelled: areaIds.map(codeOf),
    credit: {
      th: "เส้นแขวง: korkortorplus/ballot-location (ODC-By) · ชื่อแขวง: GeoThai (CC BY 4.0)",
      en: "Subdistrict shapes: korkortorplus/ballot-location (ODC-By) · Subdistrict names: GeoThai (CC BY 4.0)",
    },
  };
}

function inRows(codes: readonly string[]): AreaMap {
  const columns = Math.min(10, Math.max(1, Math.ceil(Math.sqrt(codes.length * 1.25))));
  const ordered = [...codes].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const tiles = Object.fromEntries(ordered.map((code, i) => [code, { column: i % columns, row: Math.floor(i / columns) }]));
  return { tiles, columns, shapes: null, labelled: [], credit: null };
}

/** The nearest tile in the arrow's direction, preferring those straight ahead; null at the edge. */
export function neighbour(tiles: Readonly<Record<string, Tile>>, from: string, key: string): string | null {
  const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[key];
  const here = tiles[from];
  if (!step || !here) return null;
  let best: { code: string; cost: number } | null = null;
  for (const [code, tile] of Object.entries(tiles)) {
    const [dx, dy] = [tile.column - here.column, tile.row - here.row];
    const along = dx * step[0]! + dy * step[1]!;
    const aside = Math.abs(dx * step[1]!) + Math.abs(dy * step[0]!);
    if (along > 0 && (!best || along + 2 * aside < best.cost)) best = { code, cost: along + 2 * aside };
  }
  return best && best.code;
}
