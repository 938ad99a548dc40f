/** Maps from the packages in data/ (their maps/maps.json), by area code. Where none knows every area, these stand in rows of tiles. */
import type { Topology } from "topojson-specification";

/** One map of a package: shapes, and for the areas right below a race a grid of tiles. */
interface Described {
  readonly shapes: string;
  readonly tiles?: string;
  readonly columns?: number;
  /** Codes of the areas that the shapes know, as a pattern, where no grid lists them. */
  readonly codes?: string;
  readonly labelled?: readonly string[];
  readonly credit: { readonly th: string; readonly en: string };
  /** Names as they break on tiles, by code: Thai, then English. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
}

const PACKAGES = import.meta.glob<{ default: { maps: Described[] } }>("../../../data/*/maps/maps.json", { eager: true });
const GRIDS = import.meta.glob<string>("../../../data/*/maps/*.csv", { eager: true, query: "?raw", import: "default" });
const SHAPES = import.meta.glob<string>("../../../data/*/maps/*.topojson", { query: "?raw", import: "default" });

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

const DESCRIBED = Object.entries(PACKAGES).flatMap(([path, { default: { maps } }]) => maps.map((map) => ({ map, folder: path.slice(0, path.lastIndexOf("/") + 1) })));

const GRID_MAPS: readonly AreaMap[] = DESCRIBED.flatMap(({ map, folder }) =>
  map.tiles === undefined ? [] : [{ tiles: fromGrid(GRIDS[folder + map.tiles] ?? "", map.names ?? {}), columns: map.columns ?? 10, shapes: shapesOf(folder + map.shapes), labelled: map.labelled ?? [], credit: map.credit }],
);

function shapesOf(path: string): AreaMap["shapes"] {
  const load = SHAPES[path];
  return load ? async () => JSON.parse(await load()) as Topology : null;
}

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
  return GRID_MAPS.find((map) => codes.length > 0 && codes.every((code) => code in map.tiles)) ?? inRows(codes);
}

/** Shapes for the areas inside one area, for its page; null where no package has them. */
export function belowMap(areaIds: readonly string[]): AreaMap | null {
  const codes = areaIds.map(codeOf);
  const known = DESCRIBED.find(({ map }) => map.codes !== undefined && codes.every((code) => new RegExp(map.codes!).test(code)));
  if (codes.length === 0 || !known) return null;
  return { tiles: {}, columns: 1, shapes: shapesOf(known.folder + known.map.shapes), labelled: codes, credit: known.map.credit };
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
