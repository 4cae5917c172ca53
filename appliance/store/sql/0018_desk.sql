-- Files of notes for colleagues. No code that sends knows this table, but to refuse what is in it.
CREATE TABLE note_media (
  note_id  TEXT NOT NULL REFERENCES note (id),
  position INTEGER NOT NULL,
  media_id TEXT NOT NULL UNIQUE REFERENCES media (id),
  PRIMARY KEY (note_id, position)
) STRICT, WITHOUT ROWID;

-- The message that a draft answers; another person's hand may have taken it away meanwhile.
ALTER TABLE draft ADD COLUMN quotes TEXT;
