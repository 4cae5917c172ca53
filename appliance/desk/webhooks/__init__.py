"""What one may do with a webhook: make it, change it, look after it."""
