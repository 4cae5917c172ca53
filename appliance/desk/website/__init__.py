"""A line on the company's website and on paper: what everybody may know of it."""
