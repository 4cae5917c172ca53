"""The size of a sheet, and what ink is. Nothing here needs the PDF library."""

WIDTH, HEIGHT = 595.28, 841.89
"""A4, in points."""
Ink = tuple[float, float, float]
"""Red, green and blue, each from 0 to 1."""
