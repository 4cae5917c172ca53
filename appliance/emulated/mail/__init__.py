"""A mail server with mailboxes, and the people who write to them: for the demo alone."""
