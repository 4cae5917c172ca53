"""Documents that leave the house: what they say in words, and how their files are made."""
