"""Groups: who is in them, what they are called, and who may change that."""
