-- What a team does with its conversations, in tables of its own: few conversations have a row.

-- Whose a conversation is, whether it is done or put away; without a row it is open and nobody's.
CREATE TABLE casework (
  conversation_id TEXT PRIMARY KEY REFERENCES conversation (id),
  line_id         TEXT NOT NULL REFERENCES line (id),
  assignee_id     TEXT REFERENCES staff (id),
  done_ms         INTEGER,                      -- NULL: open
  done_id         TEXT NOT NULL DEFAULT '',     -- messages with lower ids wait for no answer
  undone_id       TEXT NOT NULL DEFAULT '',     -- the same before, for who takes *done* back
  closing_note    TEXT,
  returns         TEXT CHECK (returns IN ('time', 'reply')), -- NULL: not put away
  returns_ms      INTEGER,
  CHECK ((returns IS 'time') = (returns_ms IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX casework_mine ON casework (assignee_id, line_id) WHERE assignee_id IS NOT NULL;
CREATE INDEX casework_open ON casework (assignee_id, line_id)
  WHERE assignee_id IS NOT NULL AND done_ms IS NULL;
CREATE INDEX casework_done ON casework (line_id, conversation_id) WHERE done_ms IS NOT NULL;
CREATE INDEX casework_later ON casework (line_id) WHERE returns IS NOT NULL;
CREATE INDEX casework_returns ON casework (returns_ms) WHERE returns_ms IS NOT NULL;

-- The events of a conversation's history: the log itself is in the order of time alone.
CREATE TABLE conversation_event (
  conversation_id TEXT NOT NULL REFERENCES conversation (id),
  event_seq       INTEGER NOT NULL,
  PRIMARY KEY (conversation_id, event_seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE label (
  id         TEXT PRIMARY KEY,
  branch_id  TEXT REFERENCES branch (id),       -- NULL: every branch
  name       TEXT NOT NULL COLLATE NOCASE,
  created_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX label_name ON label (coalesce(branch_id, ''), name);

CREATE TABLE conversation_label (
  conversation_id TEXT NOT NULL REFERENCES conversation (id),
  label_id        TEXT NOT NULL REFERENCES label (id),
  PRIMARY KEY (conversation_id, label_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_label_of ON conversation_label (label_id, conversation_id);

-- Messages that did not arrive, or may not have, until somebody has seen to them.
CREATE TABLE not_arrived (
  message_id TEXT PRIMARY KEY REFERENCES message (id),
  line_id    TEXT NOT NULL REFERENCES line (id),
  since_ms   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX not_arrived_line ON not_arrived (line_id, since_ms, message_id);
-- Those of the last two weeks; whoever misses an older one has asked by now.
INSERT INTO not_arrived (message_id, line_id, since_ms)
SELECT m.id, m.line_id, m.created_ms FROM line
CROSS JOIN message m INDEXED BY message_listed ON substr(m.line_id, -6) = substr(line.id, -6)
  AND m.state NOT IN ('queued', 'sending', 'unconfirmed')
  AND m.state IN ('failed', 'refused', 'expired') AND m.line_id = line.id
WHERE m.created_ms > (SELECT created_ms FROM message ORDER BY seq DESC LIMIT 1) - 1209600000;
INSERT INTO not_arrived (message_id, line_id, since_ms)
SELECT m.id, m.line_id, m.created_ms FROM message m INDEXED BY message_waiting
WHERE m.state IN ('queued', 'sending', 'unconfirmed') AND m.state = 'unconfirmed';

-- What colleagues say to each other about a conversation. No code that sends knows this table.
CREATE TABLE note (
  id              TEXT PRIMARY KEY,
  conversation_id TEXT NOT NULL REFERENCES conversation (id),
  staff_id        TEXT REFERENCES staff (id),
  token_id        TEXT REFERENCES api_token (id),
  text            TEXT NOT NULL,
  at_ms           INTEGER NOT NULL
) STRICT;
CREATE INDEX note_thread ON note (conversation_id, at_ms, id);

CREATE TABLE note_mention (
  note_id  TEXT NOT NULL REFERENCES note (id),
  staff_id TEXT NOT NULL REFERENCES staff (id),
  seen_ms  INTEGER,
  PRIMARY KEY (note_id, staff_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX note_mention_unseen ON note_mention (staff_id, note_id) WHERE seen_ms IS NULL;

CREATE TABLE note_draft (
  staff_id        TEXT NOT NULL REFERENCES staff (id),
  conversation_id TEXT NOT NULL REFERENCES conversation (id),
  text            TEXT NOT NULL,
  saved_ms        INTEGER NOT NULL,
  PRIMARY KEY (staff_id, conversation_id)
) STRICT, WITHOUT ROWID;

-- Lists of conversations that somebody wants again: own ones, or shared with the branch.
CREATE TABLE saved_view (
  id         TEXT PRIMARY KEY,
  branch_id  TEXT REFERENCES branch (id),       -- NULL: every branch
  name       TEXT NOT NULL,
  shared     INTEGER NOT NULL CHECK (shared IN (0, 1)),
  filter     TEXT NOT NULL,                     -- JSON
  staff_id   TEXT REFERENCES staff (id),        -- whose it is
  token_id   TEXT REFERENCES api_token (id),
  created_ms INTEGER NOT NULL,
  CHECK ((staff_id IS NULL) <> (token_id IS NULL))
) STRICT;
