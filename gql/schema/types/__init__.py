"""Types and inputs, a file a noun."""
