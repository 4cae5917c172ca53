"""The package for Debian: its tree, its wheels, and the archive that dpkg takes."""
