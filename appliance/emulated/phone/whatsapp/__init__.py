"""A pretend WhatsApp, as far as the accessibility tree and the notification shade show it."""
