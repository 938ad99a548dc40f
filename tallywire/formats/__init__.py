"""Results in the formats that newsrooms have tools for. See docs/exports.md."""
