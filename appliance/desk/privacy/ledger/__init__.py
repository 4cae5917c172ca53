"""Consent as it can be shown: who agreed or withdrew, with which words, told what."""
