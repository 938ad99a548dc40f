"""What an operator looks at before the night: one finding a line, each with what to do about it."""
