"""Finding: the index of messages and people, and what is found in it."""
