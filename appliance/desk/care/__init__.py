"""Care inside a conversation: what people send that should not be kept, and how it goes."""
