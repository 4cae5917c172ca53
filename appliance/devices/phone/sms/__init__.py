"""SMS on a phone: its app, its lists, its limit, one text sent and proven."""
