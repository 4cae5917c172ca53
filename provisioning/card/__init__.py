"""The card of a box: what is on it, how its image is made, and how it is written."""
