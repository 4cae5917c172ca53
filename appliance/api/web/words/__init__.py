"""What the pages say, in each language: sentences for reasons, and how dates are written."""
