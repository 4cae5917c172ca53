"""Who is asking, and what they may: log-in, sessions, tokens, rights, sight."""
