"""An origin and its witnesses: each new head is shown to them, and what they cosign is given out with it."""
