/** Paths for the shape map. Loaded only where it is shown: the projection weighs more than the rest of the page's map. */
import { geoMercator, geoPath } from "d3-geo";
import type { FeatureCollection } from "geojson";
import { feature } from "topojson-client";
import type { Topology } from "topojson-specification";

export interface Shape {
  readonly path: string;
  /** Where the area's name stands. */
  readonly x: number;
  readonly y: number;
}

/** Fits those of the topology's one object into the box that are named by `codes`; areas by the code in their properties. */
export function draw(topology: Topology, width: number, height: number, codes: ReadonlySet<string>): Map<string, Shape> {
  const object = Object.values(topology.objects)[0];
  const all = object && (feature(topology, object) as unknown as FeatureCollection);
  if (!all) return new Map();
  const found = { ...all, features: all.features.filter((area) => codes.has(String(area.properties?.code))) };
  const path = geoPath(geoMercator().fitSize([width, height], found)).digits(1);
  return new Map(
    found.features.map((area) => {
      const [x, y] = path.centroid(area);
      return [String(area.properties?.code), { path: path(area) ?? "", x: Math.round(x), y: Math.round(y) }];
    }),
  );
}
