"""Lists of people that a branch writes to at once: who is in them, and what was sent to them."""
