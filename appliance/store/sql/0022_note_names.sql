-- The browser's own name for a note: a note that is posted twice is one.
ALTER TABLE note ADD COLUMN client_id TEXT;
CREATE UNIQUE INDEX note_client ON note (client_id) WHERE client_id IS NOT NULL;

-- What was changed of branches, numbers and colleagues: few of all events are about no person.
CREATE INDEX event_of_house ON event (kind)
  WHERE message_seq IS NULL AND conversation_id IS NULL AND contact_id IS NULL;
