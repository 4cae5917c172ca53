"""What devices report: messages are kept, answered by rules, and changed by their senders."""
