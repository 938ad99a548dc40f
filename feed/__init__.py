"""The live feed: the log's tail, the board folded from it, and what subscribers are sent."""
