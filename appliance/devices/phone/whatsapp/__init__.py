"""WhatsApp on a phone: its screens, its notifications, one text sent and proven."""
