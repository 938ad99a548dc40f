/** The newest entries of the feed, as they come in after the page was opened. */
import { ReportsDocument } from "../generated/operations";
import type { ReportsSubscription, ReportsSubscriptionVariables } from "../generated/operations";
import { Wire } from "./wire";

export type Report = ReportsSubscription["tallyReports"];

const KEPT = 5;
/** At the height of a fast replay entries come by the dozen a second; a list can be read at this pace. */
const SHOW_EVERY_MS = 2_000;

export class Reports {
  newest = $state.raw<readonly Report[]>([]);
  #pending: Report[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #wire: Wire<ReportsSubscription, ReportsSubscriptionVariables>;

  constructor(electionId: string, after: string) {
    this.#wire = new Wire<ReportsSubscription, ReportsSubscriptionVariables>({
      operation: ReportsDocument,
      variables: { electionId },
      after,
      patient: true,
      cursorOf: (data) => data.tallyReports.cursor,
      hear: (data) => this.#take(data.tallyReports),
      state: () => undefined,
    });
  }

  start(): void {
    this.#wire.start();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#wire.stop();
  }

  #take(report: Report): void {
    this.#pending = [report, ...this.#pending].slice(0, KEPT);
    if (this.#timer !== undefined) return;
    if (this.newest.length === 0) this.#show();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#show();
    }, SHOW_EVERY_MS);
  }

  #show(): void {
    if (document.visibilityState === "hidden") return;
    this.newest = [...this.#pending, ...this.newest].slice(0, KEPT);
    this.#pending = [];
  }
}
