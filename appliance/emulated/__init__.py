"""Phones, modems and a world below the wire, for the demo, for CI and for the tests."""
