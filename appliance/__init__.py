"""Balie: the counter phone of a branch office as a web inbox."""

__version__ = "0.1.0"
