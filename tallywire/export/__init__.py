"""A whole installation in a folder or a file, and back into an empty database."""
