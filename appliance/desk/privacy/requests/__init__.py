"""What people asked about their data, and what became of it."""
