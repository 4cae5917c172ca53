"""Head office: one inbox and one monitor over many boxes, and what a box has of it."""
