"""The pages of the inbox, each with what it reads and what it does."""
