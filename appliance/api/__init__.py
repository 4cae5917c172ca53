"""HTTP: the web inbox, the JSON API and the live events."""
