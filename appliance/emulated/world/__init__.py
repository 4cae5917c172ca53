"""The people, the network and the faults around emulated phones and modems."""
