"""The privacy desk: what is kept of people, what they asked about it, and what was done."""
