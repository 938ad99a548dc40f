"""The ledger: a Merkle tree over the log, signed heads, tiles, proofs, and what checks them."""
