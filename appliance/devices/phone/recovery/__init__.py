"""What is tried with a phone that is plugged in and cannot be read. It alone pays for it."""
