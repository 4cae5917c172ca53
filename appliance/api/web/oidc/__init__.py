"""Log-in with accounts that the company has elsewhere: OpenID Connect."""
