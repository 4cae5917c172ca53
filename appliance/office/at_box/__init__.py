"""The side of a box: it tells its log to the office and does what the office asks."""
