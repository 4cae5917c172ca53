"""Rounds: who can work these hours; asked one by one until the seats are taken."""
