"""E-mail: a mailbox beside a line, read over IMAP and answered over SMTP."""
