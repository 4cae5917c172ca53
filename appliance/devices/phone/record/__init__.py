"""A phone's screen and notifications as a file that holds nothing of what people wrote."""
