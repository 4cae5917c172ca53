"""The bell: a phone says at once that something was posted, so it is not asked all the time."""
