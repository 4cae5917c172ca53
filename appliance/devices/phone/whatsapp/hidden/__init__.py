"""Chats of people whose number WhatsApp hides: no link opens them, and no title proves them."""
