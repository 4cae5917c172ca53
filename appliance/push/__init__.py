"""Notifications to browsers that have no page open: keys, encryption, and the push services."""
