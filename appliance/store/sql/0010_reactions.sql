-- The emoji that somebody put on a message of ours, the latest of each person.
CREATE TABLE reaction (
  message_id TEXT NOT NULL REFERENCES message (id),
  value      TEXT NOT NULL,
  scheme     TEXT NOT NULL,
  emoji      TEXT NOT NULL,
  at_ms      INTEGER NOT NULL,
  PRIMARY KEY (message_id, value, scheme)
) STRICT, WITHOUT ROWID;

-- The message of the same conversation that another one answers.
CREATE TABLE message_quote (
  message_id TEXT PRIMARY KEY REFERENCES message (id),
  quoted_id  TEXT NOT NULL REFERENCES message (id)
) STRICT, WITHOUT ROWID;
