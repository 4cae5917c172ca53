-- The browser's own name for a note: a note that is posted twice is one.
ALTER TABLE note ADD COLUMN client_id TEXT;
CREATE UNIQUE INDEX note_client ON note (client_id) WHERE client_id IS NOT NULL;
