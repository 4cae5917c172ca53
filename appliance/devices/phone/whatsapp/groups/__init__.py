"""WhatsApp's groups on one phone: their chats, their info page, and what is changed there."""
