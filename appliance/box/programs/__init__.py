"""The programs of root. Units start them, but for one that RAUC asks; none answers the network."""
