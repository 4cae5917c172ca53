-- The attempt in which this file of a message left; each file leaves by one of its own. NULL for
-- what came in, and for files of messages that were sent when a message carried one file.
ALTER TABLE message_media ADD COLUMN left_by TEXT REFERENCES attempt (id);
