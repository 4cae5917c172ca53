"""Who changed and who read what."""
