"""Speed, measured in one run each; never asserted by a test."""
