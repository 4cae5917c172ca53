"""What people said about being written to, and what only comes near to it."""
