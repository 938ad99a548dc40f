/** What a screen without a reader needs: to stay lit, and the number of the newest cut. */

/** Asks again whenever the screen comes back; where the browser has no such thing, the machine's own settings count. Undoes itself. */
export function keepAwake(): () => void {
  let held: WakeLockSentinel | null = null;
  const hold = () => {
    if (document.visibilityState === "visible") void navigator.wakeLock?.request("screen").then((lock) => (held = lock), () => undefined);
  };
  hold();
  document.addEventListener("visibilitychange", hold);
  return () => {
    document.removeEventListener("visibilitychange", hold);
    void held?.release();
  };
}

/** null: there is none yet, or it could not be asked for. */
export async function newestCut(electionId: string): Promise<number | null> {
  const answer = await fetch(`/results/${encodeURIComponent(electionId)}/latest.json`).catch(() => null);
  if (!answer?.ok) return null;
  const latest = (await answer.json().catch(() => null)) as { cut?: number } | null;
  return latest?.cut ?? null;
}
