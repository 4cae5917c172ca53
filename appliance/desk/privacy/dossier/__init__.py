"""The file of one person: all that is kept of them, for themselves and for machines."""
