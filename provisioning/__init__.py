"""What brings Balie onto a machine: the package, locks of what it is made of."""
