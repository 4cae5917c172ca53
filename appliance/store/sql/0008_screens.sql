-- Screens of phones that Balie does not know, and what people said to do about them.

CREATE TABLE unknown_screen (
  id         TEXT PRIMARY KEY,
  device_id  TEXT NOT NULL REFERENCES device (id),
  signature  TEXT NOT NULL,                     -- of what it shows, without numbers
  package    TEXT NOT NULL,
  ids        TEXT NOT NULL,                     -- JSON: those of its views
  text       TEXT NOT NULL,                     -- what it says, without numbers
  buttons    TEXT NOT NULL,                     -- JSON: id and text of each
  attempt_id TEXT,                              -- the last one that it stopped and that kept files
  files      TEXT NOT NULL,                     -- JSON: their names
  first_ms   INTEGER NOT NULL,
  last_ms    INTEGER NOT NULL,
  times      INTEGER NOT NULL,
  settled_ms INTEGER                            -- a person has said what to do
) STRICT;
CREATE UNIQUE INDEX unknown_screen_open ON unknown_screen (device_id, signature)
  WHERE settled_ms IS NULL;

CREATE TABLE screen_rule (
  id           TEXT PRIMARY KEY,
  branch_id    TEXT NOT NULL REFERENCES branch (id),
  package      TEXT NOT NULL,
  ids          TEXT NOT NULL,                   -- JSON: all of them must be there
  phrase       TEXT NOT NULL,
  press_id     TEXT,                            -- with press_text the button; both NULL: stop the line
  press_text   TEXT,
  most_an_hour INTEGER NOT NULL,
  staff_id     TEXT NOT NULL REFERENCES staff (id),
  created_ms   INTEGER NOT NULL,
  removed_ms   INTEGER,
  removed_by   TEXT REFERENCES staff (id),
  CHECK ((press_id IS NULL) = (press_text IS NULL))
) STRICT;

-- The uses of the past hour; also of what Balie puts away by itself.
CREATE TABLE screen_rule_use (
  rule_id   TEXT NOT NULL,
  device_id TEXT NOT NULL REFERENCES device (id),
  at_ms     INTEGER NOT NULL
) STRICT;
CREATE INDEX screen_rule_use_recent ON screen_rule_use (device_id, rule_id, at_ms);
