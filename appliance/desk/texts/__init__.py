"""Texts that the office has ready to send."""
