"""A pretend SMS app in the likeness of Google Messages."""
