-- The questions how it went; a person gets one a month, and a line's are counted.
CREATE INDEX message_after_done_to ON message (contact_id, created_ms) WHERE rule = 'after-done';
CREATE INDEX message_after_done_of ON message (line_id, created_ms) WHERE rule = 'after-done';

-- What they said: a mark from 1 to 5, or a thumb.
CREATE TABLE after_done (
  question_id TEXT PRIMARY KEY REFERENCES message (id),
  answer_id   TEXT NOT NULL UNIQUE REFERENCES message (id),
  answer      TEXT NOT NULL CHECK (answer IN ('1', '2', '3', '4', '5', 'up', 'down')),
  at_ms       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
