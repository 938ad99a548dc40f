"""`tallywire serve --follow URL`: an outlet's own node; it takes the public log, verifies it, and serves the same."""
