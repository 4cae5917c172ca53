"""A Telegram bot beside a line: people write to it, and Balie answers as it."""
