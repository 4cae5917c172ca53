"""Notifications: what each colleague wants to be told, and what there is to tell."""
