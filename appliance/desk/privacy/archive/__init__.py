"""Archives: what was written, taken out as files that a judge or a program can read."""
