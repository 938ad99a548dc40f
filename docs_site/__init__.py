"""The site that `make docs` builds from docs/ with MkDocs: what it needs besides the pages that people write."""
