"""The board for those who have no script: a plain table in the page, and the picture that a shared link shows."""
