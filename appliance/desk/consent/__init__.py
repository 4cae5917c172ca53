"""What people said about being written to, and messages that only resemble a STOP."""
