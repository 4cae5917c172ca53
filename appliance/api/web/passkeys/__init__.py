"""Log-in with a passkey: WebAuthn."""
