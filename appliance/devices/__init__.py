"""Phones and modems: blocking code in a thread a device; knows no SQL and no web."""
