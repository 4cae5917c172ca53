-- Whether it is noted who reads what of whom, apart from the event log; not until the company says so.
CREATE TABLE reading_house (
  id             INTEGER PRIMARY KEY CHECK (id = 1),
  is_on          INTEGER NOT NULL DEFAULT 0 CHECK (is_on IN (0, 1)),
  gone_before_ms INTEGER NOT NULL DEFAULT 0         -- what was noted before may be deleted
) STRICT;
INSERT INTO reading_house (id) VALUES (1);

-- Who reads: `staff:` or `token:` and an id, or `cli`. Rows of the log name them by a number.
CREATE TABLE reading_who (
  id  INTEGER PRIMARY KEY,
  who TEXT NOT NULL UNIQUE
) STRICT;

-- Of whom: a person, a conversation, or both; '' for none.
CREATE TABLE reading_about (
  id              INTEGER PRIMARY KEY,
  contact_id      TEXT NOT NULL,
  conversation_id TEXT NOT NULL,
  UNIQUE (contact_id, conversation_id)
) STRICT;
CREATE INDEX reading_about_conversation ON reading_about (conversation_id);

CREATE TABLE reading (
  seq      INTEGER PRIMARY KEY,
  at_ms    INTEGER NOT NULL,
  who_id   INTEGER NOT NULL REFERENCES reading_who (id),
  kind     TEXT NOT NULL CHECK (kind IN ('read', 'search', 'dossier', 'export', 'erase')),
  thing    TEXT NOT NULL,
  about_id INTEGER REFERENCES reading_about (id),   -- NULL: of nobody in particular
  words    TEXT                                     -- JSON: keyed hashes of what was searched for
) STRICT;
CREATE INDEX reading_of_whom ON reading (about_id, seq) WHERE about_id IS NOT NULL;
CREATE INDEX reading_by_who ON reading (who_id, seq);
CREATE TRIGGER reading_is_append_only_update BEFORE UPDATE ON reading
BEGIN SELECT RAISE(ABORT, 'the log of reading is append-only'); END;
CREATE TRIGGER reading_is_append_only_delete BEFORE DELETE ON reading
WHEN old.at_ms >= (SELECT gone_before_ms FROM reading_house)
BEGIN SELECT RAISE(ABORT, 'the log of reading is append-only'); END;
