-- Files of notes for colleagues. No code that sends knows this table, but to refuse what is in it.
CREATE TABLE note_media (
  note_id  TEXT NOT NULL REFERENCES note (id),
  position INTEGER NOT NULL,
  media_id TEXT NOT NULL UNIQUE REFERENCES media (id),
  PRIMARY KEY (note_id, position)
) STRICT, WITHOUT ROWID;

-- The message that a draft answers; another person's hand may have taken it away meanwhile.
ALTER TABLE draft ADD COLUMN quotes TEXT;

-- What a shift hands over to the next one, by line. The newest that nobody has put away stands above
-- the list; the others are the history of them.
CREATE TABLE handover (
  id       TEXT PRIMARY KEY,
  line_id  TEXT NOT NULL REFERENCES line (id),
  staff_id TEXT NOT NULL REFERENCES staff (id),
  text     TEXT NOT NULL,
  at_ms    INTEGER NOT NULL,
  ended_ms INTEGER,                             -- NULL: it stands
  ended_by TEXT REFERENCES staff (id),
  CHECK ((ended_ms IS NULL) = (ended_by IS NULL))
) STRICT;
CREATE UNIQUE INDEX handover_standing ON handover (line_id) WHERE ended_ms IS NULL;
CREATE INDEX handover_line ON handover (line_id, at_ms, id);

-- Whether Ctrl and Enter send, as this person chose; then Enter alone begins a line.
ALTER TABLE staff ADD COLUMN ctrl_sends INTEGER NOT NULL DEFAULT 0 CHECK (ctrl_sends IN (0, 1));
