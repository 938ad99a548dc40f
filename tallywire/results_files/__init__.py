"""Results files: immutable cuts, and a tiny pointer at the newest, for whoever polls and for caches in between."""
