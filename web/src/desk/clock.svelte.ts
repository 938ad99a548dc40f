/** The time by the server, a second at a time: ages and waits on the page follow it. */
import { session } from "./session.svelte";

class Clock {
  now = $state(Date.now());

  start(): () => void {
    this.now = session.now();
    const timer = setInterval(() => (this.now = session.now()), 1_000);
    return () => clearInterval(timer);
  }
}

export const clock = new Clock();
