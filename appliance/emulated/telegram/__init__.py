"""A Bot API server on the loopback, with the people who write to its bots."""
