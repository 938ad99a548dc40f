"""Official results: reading what the authority published, and the pages that compare it with what was reported."""
