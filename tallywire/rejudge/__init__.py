"""Judging a recorded night again, under other bounds."""
