"""The rules of a tally, one function each, grouped by what they look at; `table` holds them all."""
