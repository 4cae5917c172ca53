"""What people and programs read: conversations, a thread, a message with its history."""
