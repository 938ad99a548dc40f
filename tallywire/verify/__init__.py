"""`tallywire verify`: brings a copy of a log, from a server or a folder, for `ledger.verify` to check."""
