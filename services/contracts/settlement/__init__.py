"""Service credits: what a missed service level is worth, and who approves it."""
