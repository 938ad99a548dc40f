"""The served schema: types, a file a noun, and the roots."""
