"""A plugged phone becomes the phone of a number: what it is, what is set on it, and a test."""
