"""The rules and the arithmetic of tallies: pure, no I/O, no framework, no clock."""
