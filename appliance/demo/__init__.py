"""Balie with emulated phones: two branches, their staff, and people who write to them."""
