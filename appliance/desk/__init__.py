"""The counter's work: receive, contacts, consent, conversations, automatic replies."""
