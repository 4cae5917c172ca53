"""Files that people send: what they are, where they lie, how they look small."""
