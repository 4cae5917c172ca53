"""A branch's numbers and what they are sent and received with."""
