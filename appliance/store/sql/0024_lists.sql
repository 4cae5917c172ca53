-- Lists of people that a branch writes to at once, and what became of each time that it did.

-- A named set of people: those that somebody chose, or whoever a rule finds when it is asked.
CREATE TABLE list (
  id         TEXT PRIMARY KEY,
  branch_id  TEXT NOT NULL REFERENCES branch (id),
  name       TEXT NOT NULL COLLATE NOCASE,
  rule       TEXT,                              -- JSON; NULL: its people were chosen
  created_ms INTEGER NOT NULL,
  removed_ms INTEGER                            -- what was sent to it is still kept
) STRICT;
CREATE UNIQUE INDEX list_name ON list (branch_id, name) WHERE removed_ms IS NULL;

-- Who is joined into another contact stays here; it is resolved when the list is read.
CREATE TABLE list_member (
  list_id    TEXT NOT NULL REFERENCES list (id),
  position   INTEGER NOT NULL,
  contact_id TEXT NOT NULL REFERENCES contact (id),
  PRIMARY KEY (list_id, position),
  UNIQUE (list_id, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX list_member_contact ON list_member (contact_id);

-- One text to a list. It is over when nothing of it waits any more; that is no state of its own.
CREATE TABLE list_send (
  id               TEXT PRIMARY KEY,
  list_id          TEXT NOT NULL REFERENCES list (id),
  line_id          TEXT NOT NULL REFERENCES line (id),
  variants         TEXT NOT NULL,               -- JSON, as the author wrote them
  media            TEXT NOT NULL,               -- JSON, ids of files
  state            TEXT NOT NULL CHECK (state IN ('running', 'paused', 'cancelled')),
  not_before_ms    INTEGER,
  deliver_until_ms INTEGER NOT NULL,
  resends          TEXT REFERENCES list_send (id), -- it asks those again who did not get that one
  staff_id         TEXT REFERENCES staff (id),
  token_id         TEXT REFERENCES api_token (id),
  created_ms       INTEGER NOT NULL
) STRICT;
CREATE INDEX list_send_list ON list_send (list_id, id);
CREATE INDEX list_send_paused ON list_send (line_id) WHERE state = 'paused';

-- What became of each of its people when it was sent: a message, or why there is none.
CREATE TABLE list_send_item (
  send_id    TEXT NOT NULL REFERENCES list_send (id),
  position   INTEGER NOT NULL,
  contact_id TEXT NOT NULL REFERENCES contact (id),
  message_id TEXT REFERENCES message (id),
  why        TEXT,
  PRIMARY KEY (send_id, position),
  CHECK ((message_id IS NULL) <> (why IS NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX list_send_item_message ON list_send_item (message_id)
  WHERE message_id IS NOT NULL;

-- When somebody last got a message of a list, over all lines.
CREATE INDEX message_of_list ON message (contact_id, sent_ms) WHERE class = 'list';

-- A message of a send that is paused holds up nobody either.
DROP INDEX message_parked;
CREATE INDEX message_parked ON message (line_id, class, answering, id, reason)
  WHERE state = 'queued' AND reason IN
    ('unanswered', 'first-contacts', 'newcomers', 'ceiling-month', 'near-stop', 'paused');
