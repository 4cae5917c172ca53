-- When a phone last put the group's picture there, or showed that somebody did.
ALTER TABLE chat_group ADD COLUMN picture_ms INTEGER;
