"""What the officer sees of care: how often, never what."""
