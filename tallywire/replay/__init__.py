"""A recorded night, played again into a rehearsal: the same entries in the same order, at any speed."""
