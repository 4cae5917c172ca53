"""The package tried on plain Debian: installed, used, upgraded, removed and purged."""
