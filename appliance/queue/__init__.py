"""Durable outgoing messages: plan, pace, claim, send, confirm."""
