"""The JSON API under `/api/v1`: the same messages, lines and contacts for other software."""
