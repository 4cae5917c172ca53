"""Figures and reports of how the lines do."""
