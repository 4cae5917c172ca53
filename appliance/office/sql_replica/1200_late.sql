-- What came after others with higher numbers, or was told again without an event: the index of the
-- search, which follows numbers and events, has passed it by.
CREATE TABLE replica_late (
  what TEXT NOT NULL CHECK (what IN ('message', 'contact', 'group')),
  key  ANY NOT NULL,                            -- of a message its seq, else the id
  PRIMARY KEY (what, key)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER replica_late_message AFTER INSERT ON message
WHEN EXISTS (SELECT 1 FROM search_progress WHERE new.seq > low_seq AND new.seq <= high_seq)
  AND NOT EXISTS (SELECT 1 FROM search_change WHERE seq = new.seq)
BEGIN
  INSERT OR IGNORE INTO replica_late (what, key) VALUES ('message', new.seq);
END;
CREATE TRIGGER replica_late_contact AFTER INSERT ON contact
WHEN new.id <= (SELECT contact_id FROM search_progress)
BEGIN
  INSERT OR IGNORE INTO replica_late (what, key) VALUES ('contact', new.id);
END;
CREATE TRIGGER replica_late_contact_gone AFTER DELETE ON contact
BEGIN
  INSERT OR IGNORE INTO replica_late (what, key) VALUES ('contact', old.id);
END;
CREATE TRIGGER replica_late_identity AFTER INSERT ON contact_identity
WHEN new.contact_id <= (SELECT contact_id FROM search_progress)
BEGIN
  INSERT OR IGNORE INTO replica_late (what, key) VALUES ('contact', new.contact_id);
END;
CREATE TRIGGER replica_late_group AFTER INSERT ON chat_group
BEGIN
  INSERT OR IGNORE INTO replica_late (what, key) VALUES ('group', new.id);
END;

-- A message that is not in the index yet has nothing in it that could be taken out.
DROP TRIGGER search_message_deleted;
CREATE TRIGGER search_message_deleted AFTER DELETE ON message
WHEN EXISTS (SELECT 1 FROM search_progress WHERE old.seq > low_seq AND old.seq <= high_seq)
  AND NOT EXISTS (SELECT 1 FROM replica_late WHERE what = 'message' AND key = old.seq)
BEGIN
  INSERT INTO search_change (seq, text, line_id, conversation_id, contact_id)
    VALUES (old.seq, old.text, old.line_id, old.conversation_id, old.contact_id)
    ON CONFLICT DO NOTHING;
END;
DROP TRIGGER search_message_changed;
CREATE TRIGGER search_message_changed
AFTER UPDATE OF text, line_id, conversation_id, contact_id ON message
WHEN (new.text, new.line_id, new.conversation_id, new.contact_id)
  IS NOT (old.text, old.line_id, old.conversation_id, old.contact_id)
  AND EXISTS (SELECT 1 FROM search_progress WHERE old.seq > low_seq AND old.seq <= high_seq)
  AND NOT EXISTS (SELECT 1 FROM replica_late WHERE what = 'message' AND key = old.seq)
BEGIN
  INSERT INTO search_change (seq, text, line_id, conversation_id, contact_id)
    VALUES (old.seq, old.text, old.line_id, old.conversation_id, old.contact_id)
    ON CONFLICT DO NOTHING;
END;

-- What was passed by before this.
UPDATE search_progress SET version = 0;
