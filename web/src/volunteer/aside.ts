/** One page of the app works on a phone at a time, the one used last: two would each write over what the other keeps. */

const CHANNEL = "tallywire-volunteer";

export interface Turns {
  /** This page works from here on; every other steps aside. */
  take(): void;
}

/** `aside`: another page has taken over. A browser without channels between its pages is left alone. */
export function turns(aside: () => void): Turns {
  if (!("BroadcastChannel" in globalThis)) return { take: () => undefined };
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = aside;
  return { take: () => channel.postMessage("mine") };
}
