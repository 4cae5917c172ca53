"""How long things are kept, of whom all is kept, and what is let go."""
