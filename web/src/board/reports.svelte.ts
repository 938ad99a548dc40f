/** The newest reports: at opening those that the server has, then the feed's entries as they come in. */
import { NewestTalliesDocument, ReportsDocument } from "../generated/night";
import type { ReportsSubscription, ReportsSubscriptionVariables } from "../generated/night";
import { ask } from "../api/ask";
import { listed, ofEntry, ofTally, type Line } from "./lines";
import { Pace } from "./pace";
import { Wire } from "../api/wire";

const KEPT = 6;
/** At the height of a fast replay entries come by the dozen a second; a list can be read at this pace. */
const SHOW_EVERY_MS = 2_000;

export class Reports {
  newest = $state.raw<readonly Line[]>([]);
  #fed: readonly Line[] = [];
  #before: readonly Line[] = [];
  readonly #electionId: string;
  readonly #pace = new Pace(SHOW_EVERY_MS, () => (this.newest = listed(this.#fed, this.#before, KEPT)));
  readonly #wire: Wire<ReportsSubscription, ReportsSubscriptionVariables>;

  /** Follows the feed from `after` on. */
  constructor(electionId: string, after: string) {
    this.#electionId = electionId;
    this.#wire = new Wire<ReportsSubscription, ReportsSubscriptionVariables>({
      operation: ReportsDocument,
      variables: { electionId },
      after,
      patient: true,
      cursorOf: (data) => data.tallyReports.cursor,
      hear: (data) => this.#take(ofEntry(data.tallyReports)),
      state: () => undefined,
    });
  }

  start(): void {
    this.#wire.start();
    void this.#fill();
  }

  stop(): void {
    this.#wire.stop();
  }

  async #fill(): Promise<void> {
    // Without them the list begins with the next report.
    const found = await ask(NewestTalliesDocument, { electionId: this.#electionId, areaId: null, first: KEPT, after: null }).catch(() => null);
    this.#before = found?.tallies.edges.map((edge) => ofTally(edge.node)) ?? [];
    this.#pace.ask();
  }

  #take(line: Line): void {
    this.#fed = [line, ...this.#fed].slice(0, KEPT);
    this.#pace.ask();
  }
}
