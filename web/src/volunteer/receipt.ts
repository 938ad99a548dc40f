/** Receipts: C2SP tlog-proof, the offline proof that a tally stands in the ledger. */

/** The entry's number in the log, 1 for the first; null where the text names none. */
export function sequenceOf(receipt: string): number | null {
  const index = /^index (\d{1,15})$/m.exec(receipt);
  return index ? Number(index[1]) + 1 : null;
}
