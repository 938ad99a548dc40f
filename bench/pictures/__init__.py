"""`make pictures`: every page as people see it, on a phone and a desktop, in Thai and English, light and dark."""
