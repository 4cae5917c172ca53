"""A pretend SMS app that looks like Google Messages."""
