"""Chats that the phone had before Balie came: the list, whose each is, and what stands in it."""
