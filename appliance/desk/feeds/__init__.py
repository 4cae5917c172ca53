"""Calendars that other programs read: rounds and duties, at a secret address."""
