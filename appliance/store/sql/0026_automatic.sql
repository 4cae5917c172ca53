-- What rules say by themselves while nobody answers.

-- What rules wrote, a conversation at a time: few messages, and how much people write costs nothing.
CREATE INDEX message_by_rule ON message (conversation_id, happened_ms) WHERE rule IS NOT NULL;

-- Which variant of a rule's texts is next on a line.
CREATE TABLE rule_turn (
  line_id TEXT NOT NULL REFERENCES line (id),
  rule    TEXT NOT NULL,
  turn    INTEGER NOT NULL,
  PRIMARY KEY (line_id, rule)
) STRICT, WITHOUT ROWID;

-- A colleague who is away until then, and what those read who have a conversation with them.
CREATE TABLE absence (
  staff_id TEXT PRIMARY KEY REFERENCES staff (id),
  until_ms INTEGER NOT NULL,
  text     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who is on duty on a line, from a calendar file; another file takes the place of the whole.
CREATE TABLE duty_roster (
  line_id     TEXT PRIMARY KEY REFERENCES line (id),
  name        TEXT NOT NULL,                    -- of the file
  staff_id    TEXT REFERENCES staff (id),       -- who brought it; NULL: software
  imported_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE duty_shift (
  line_id   TEXT NOT NULL REFERENCES line (id),
  starts_ms INTEGER NOT NULL,
  ends_ms   INTEGER NOT NULL,
  who       TEXT NOT NULL,                      -- as the file says it
  staff_id  TEXT REFERENCES staff (id)          -- the colleague who is meant, where that is plain
) STRICT;
CREATE INDEX duty_shift_line ON duty_shift (line_id, ends_ms);
