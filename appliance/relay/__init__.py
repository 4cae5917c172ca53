"""Followers of the event log that tell others: what is posted to the webhooks of programs."""
