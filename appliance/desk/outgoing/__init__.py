"""What leaves the desk: one message, a list, a draft, a decision about what is in doubt."""
