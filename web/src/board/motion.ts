/** How long things move; none of it for those who asked for less motion. */

const less = matchMedia("(prefers-reduced-motion: reduce)");

export function countUpMs(): number {
  return less.matches ? 0 : 700;
}

export function moveMs(): number {
  return less.matches ? 0 : 240;
}

/** A changed row keeps its mark so long; longer where nothing else shows the change. */
export function markMs(): number {
  return less.matches ? 5000 : 2400;
}
