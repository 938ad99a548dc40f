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

/** Fits the topology's one object into the box; areas by the code in their properties. */
export function draw(topology: Topology, width: number, height: number): Map<string, Shape> {
  const object = Object.values(topology.objects)[0];
  const found = object && (feature(topology, object) as unknown as FeatureCollection);
  if (!found) return new Map();
  const path = geoPath(geoMercator().fitSize([width, height], found)).digits(1);
  return new Map(
    found.features.map((area) => {
      const [x, y] = path.centroid(area);
      return [String(area.properties?.code), { path: path(area) ?? "", x: Math.round(x), y: Math.round(y) }];
    }),
  );
}
