/** Which stations each enrolment code is for. */

/** Stations in their order, so many to a code; without stations, one empty share. */
export function shares<T>(stations: readonly T[], each: number): T[][] {
  if (stations.length === 0) return [[]];
  return Array.from({ length: Math.ceil(stations.length / each) }, (_, i) => stations.slice(i * each, (i + 1) * each));
}

/** Groups of so many, in order: digits of a code, slips of a sheet. */
export function pieces<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
