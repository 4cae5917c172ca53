"""The colleagues and what they may do."""
