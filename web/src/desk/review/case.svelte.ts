/** The tally that is open: its numbers and what stands beside it, and the decision that is being made on it. */
import { QueryFailed } from "../../api/ask";
import { CaseDocument, type CaseQuery, DecideDocument, RecordsDocument, type RecordsQuery, TakeBackDocument } from "../../generated/desk";
import type { Words } from "../../words/language.svelte";
import { boxes, candidateRows, totalRows } from "../fields";
import { effectOf } from "../effect";
import { line } from "../line.svelte";
import { type Deciding, publicReason } from "../rules";
import { session } from "../session.svelte";
import { count } from "../../words/numbers";
import { type Decision, queue, type Waiting } from "./queue.svelte";

export type Held = NonNullable<CaseQuery["tally"]>;
export type Station = NonNullable<CaseQuery["station"]>;
export type Contest = NonNullable<CaseQuery["contest"]>;
export type Candidate = Contest["candidates"][number];
export type Reporter = RecordsQuery["reporters"]["edges"][number]["node"];

export interface Facts {
  readonly held: Held;
  readonly station: Station;
  readonly contest: Contest;
}

/** Somebody was first, or something newer stands: nothing of this desk's was recorded. */
export interface Conflict {
  readonly tally: Waiting;
  readonly decision: Decision | null;
  /** What was chosen here; null where it went before anything was. */
  readonly chosen: Deciding | null;
  readonly standing: { readonly id: string; readonly revision: number } | null;
}

export interface Toast {
  readonly words: Words;
  readonly bad: boolean;
}

/** Whether it is recorded nobody knows then; deciding the same again is answered with what is. */
const NO_ANSWER: Words = { th: "ไม่มีคำตอบจากเซิร์ฟเวอร์ อาจยังไม่ถูกบันทึก ลองอีกครั้ง", en: "No answer came: it may not be recorded. Try again" };
const GUARD_MS = 400;
const TOAST_MS = 6_000;

class Case {
  facts = $state.raw<Facts | null>(null);
  reporters = $state.raw<readonly Reporter[]>([]);
  failed = $state(false);
  deciding = $state<Deciding | null>(null);
  choice = $state(0);
  more = $state("");
  sending = $state(false);
  conflict = $state.raw<Conflict | null>(null);
  toast = $state.raw<Toast | null>(null);
  #guardUntil = 0;
  #toastTimer: ReturnType<typeof setTimeout> | undefined;

  readonly own = $derived(this.facts?.held.reporter === session.reporter);
  readonly candidates = $derived(new Map(this.facts?.contest.candidates.map((one) => [one.id, one])));
  readonly standing = $derived(this.facts?.station.tally ?? null);
  readonly rows = $derived(this.facts ? candidateRows(this.facts.held, this.standing, this.facts.held.findings) : []);
  readonly totals = $derived(this.facts ? totalRows(this.facts.held, this.standing, this.facts.held.findings) : []);
  readonly reason = $derived(this.deciding && publicReason(this.deciding, this.choice, this.more));
  readonly effect = $derived(effectOf(this.rows, this.facts?.contest.result.rows.map((row) => ({ candidateId: row.candidate.id, votes: row.votes })) ?? []));
  /** The finding that the tally is held for; the first where there are several. */
  readonly why = $derived(this.facts?.held.findings.find(({ verdict }) => verdict === "HOLD") ?? this.facts?.held.findings[0] ?? null);
  readonly compared = $derived(
    this.facts && this.why
      ? boxes(this.why.rule, this.facts.held, this.rows, this.facts.station.registeredVoters, (id) => this.candidates.get(id)?.ballotNumber ?? 0, count)
      : [],
  );
  readonly mayDecide = $derived(line.up && !this.own && !this.sending && this.facts !== null);

  /** Loads the open one; another that is opened meanwhile wins. */
  async load(item: Waiting): Promise<void> {
    if (this.facts?.held.id !== item.id) this.#clear();
    try {
      const { tally, station, contest } = await session.ask(CaseDocument, { tallyId: item.id, stationId: item.station.id, contestId: item.contest.id });
      if (queue.openId !== item.id) return;
      this.failed = !tally || !station || !contest;
      if (!tally || !station || !contest) return;
      this.facts = { held: tally, station, contest };
      const ids = [...new Set([tally.reporter, ...(station.tally ? [station.tally.reporter] : [])])];
      const { reporters } = await session.ask(RecordsDocument, { electionId: session.electionId, ids });
      if (queue.openId === item.id) this.reporters = ids.flatMap((id) => reporters.edges.find(({ node }) => node.id === id)?.node ?? []);
    } catch {
      this.failed = this.facts === null && queue.openId === item.id;
    }
  }

  /** Opens the reasons. What was typed stays while the case is open. */
  begin(deciding: Deciding): void {
    if (!this.mayDecide || performance.now() < this.#guardUntil) return;
    if (deciding === "withdraw" && !this.standing) return;
    if (this.deciding !== deciding) this.choice = 0;
    this.deciding = deciding;
  }

  back(): void {
    this.deciding = null;
  }

  async commit(): Promise<void> {
    const { deciding, reason, facts } = this;
    if (!deciding || !reason || !facts || !this.mayDecide) return;
    this.sending = true;
    try {
      if (deciding === "withdraw") await this.#withdraw(facts, reason);
      else await this.#decide(facts, deciding, reason);
      this.#guardUntil = performance.now() + GUARD_MS;
    } catch (error) {
      const words = error instanceof QueryFailed ? error.words : null;
      this.say(words ?? NO_ANSWER, true);
    } finally {
      this.sending = false;
    }
  }

  /** Another desk decided on what is open here. */
  gone(tally: Waiting): void {
    if (this.sending || this.conflict) return;
    this.conflict = { tally, decision: tally.decision ?? null, chosen: this.deciding, standing: null };
    this.deciding = null;
  }

  closeConflict(): void {
    const { conflict } = this;
    this.conflict = null;
    if (!conflict) return;
    if (conflict.tally.state === "HELD") void this.load(conflict.tally);
    else queue.drop(conflict.tally.id);
  }

  say(words: Words, bad = false): void {
    clearTimeout(this.#toastTimer);
    this.toast = { words, bad };
    this.#toastTimer = setTimeout(() => (this.toast = null), TOAST_MS);
  }

  async #decide({ held, station }: Facts, deciding: "accept" | "reject", reason: string): Promise<void> {
    const decision = deciding === "accept" ? "ACCEPT" : "REJECT";
    const { reviewTally } = await session.ask(DecideDocument, { input: { tallyId: held.id, decision, reason, standingId: station.tally?.id ?? null } });
    if (reviewTally.__typename === "ReviewConflict") {
      this.#conflict(reviewTally.tally, deciding, reviewTally.standing ?? null);
      return;
    }
    const tally = reviewTally.__typename === "TallyAccepted" ? reviewTally.tally : (reviewTally.refused ?? held);
    const [n, entry] = [held.station.number, count(tally.decision?.sequence ?? 0)];
    this.say(
      deciding === "accept"
        ? { th: `หน่วย ${n} รับแล้ว นับตั้งแต่ลำดับ ${entry}`, en: `Station ${n} accepted, counts from entry ${entry}` }
        : { th: `หน่วย ${n} ไม่รับ บันทึกเป็นลำดับ ${entry}`, en: `Station ${n} rejected, entry ${entry}` },
    );
    this.#clear();
    queue.decided(tally);
  }

  async #withdraw({ held, station }: Facts, reason: string): Promise<void> {
    const { withdrawTally } = await session.ask(TakeBackDocument, { input: { tallyId: station.tally!.id, reason } });
    if (withdrawTally.__typename === "ReviewConflict") {
      this.say({ th: "ยอดนั้นไม่ได้นับอยู่แล้ว ไม่มีอะไรถูกบันทึก", en: "That one no longer counts; nothing was recorded" }, true);
    } else {
      const entry = count(withdrawTally.tally.decision?.sequence ?? 0);
      this.say({ th: `ถอนยอดที่นับอยู่แล้ว ลำดับ ${entry}`, en: `What stood is withdrawn, entry ${entry}` });
    }
    this.deciding = null;
    this.more = "";
    await this.load(held);
  }

  #conflict(tally: Waiting, chosen: Deciding, standing: Conflict["standing"]): void {
    this.conflict = { tally, decision: tally.decision ?? null, chosen, standing };
    this.deciding = null;
  }

  #clear(): void {
    this.facts = null;
    this.reporters = [];
    this.failed = false;
    this.deciding = null;
    this.choice = 0;
    this.more = "";
  }
}

export const open = new Case();
