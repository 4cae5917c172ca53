"""The AT commands; each module holds its handlers by name in `HANDLERS`."""
