-- A migration is never edited after it has landed: a box that has it already would not get the
-- edit. What changes comes in a migration of its own. tests/store/kept holds a database of each.

-- Ids are UUIDv7 as text, times UTC milliseconds, numbers E.164, facts JSON objects. Who somebody
-- is stands in two columns, `value` and `scheme`: a number and `tel`, a word and `alpha`, ….

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE branch (
  id           TEXT PRIMARY KEY,
  name         TEXT NOT NULL UNIQUE COLLATE NOCASE,
  settings     TEXT NOT NULL DEFAULT '{}',      -- JSON: what it was told; see branch_settings.py
  created_ms   INTEGER NOT NULL
) STRICT;

CREATE TABLE line (
  id          TEXT PRIMARY KEY,
  branch_id   TEXT NOT NULL REFERENCES branch (id),
  number      TEXT NOT NULL,
  stopped     TEXT,                             -- why nothing is sent until a person looks
  pacing      TEXT,                             -- JSON: what this line does slower than others
  stopped_on  TEXT REFERENCES device (id),      -- only this device's routes; NULL: the whole line
  settings    TEXT NOT NULL DEFAULT '{}',       -- JSON: what it was told; see line_settings.py
  created_ms  INTEGER NOT NULL,
  removed_ms  INTEGER
) STRICT;
CREATE UNIQUE INDEX line_number ON line (number) WHERE removed_ms IS NULL;

CREATE TABLE device (
  id          TEXT PRIMARY KEY,
  kind        TEXT NOT NULL,
  address     TEXT NOT NULL,                    -- ADB serial, or where to look for a modem first
  iccid       TEXT,                             -- the SIM it is bound to
  imsi        TEXT,                             -- the subscription on it
  sim_number  TEXT,
  imei        TEXT,                             -- the modem it is bound to
  state       TEXT NOT NULL DEFAULT 'absent'
              CHECK (state IN ('absent', 'unauthorized', 'offline', 'ready', 'degraded')),
  reason      TEXT NOT NULL DEFAULT 'none',
  channels    TEXT NOT NULL DEFAULT '[]',       -- those that can send now
  facts       TEXT NOT NULL DEFAULT '{}',
  lost        TEXT NOT NULL DEFAULT '{}',       -- for a channel since when it cannot send
  balance_cents INTEGER,                        -- the credit of the SIM; NULL: never read
  balance_ms  INTEGER,
  changed_ms  INTEGER NOT NULL,
  created_ms  INTEGER NOT NULL,
  removed_ms  INTEGER
) STRICT;
CREATE UNIQUE INDEX device_address ON device (kind, address) WHERE removed_ms IS NULL;
-- Modems of one batch may share an IMEI; their SIMs tell them apart.
CREATE UNIQUE INDEX device_imei ON device (imei, coalesce(iccid, ''))
  WHERE imei IS NOT NULL AND removed_ms IS NULL;

-- What was learnt about a make, model and firmware of modems.
CREATE TABLE modem_model (
  model      TEXT PRIMARY KEY,
  facts      TEXT NOT NULL,
  changed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How a line may send, best first.
CREATE TABLE route (
  line_id   TEXT NOT NULL REFERENCES line (id),
  device_id TEXT NOT NULL REFERENCES device (id),
  channel   TEXT NOT NULL,
  rank      INTEGER NOT NULL,
  added_ms  INTEGER NOT NULL,
  PRIMARY KEY (line_id, device_id, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX route_device ON route (device_id);

-- A device's place in its own numberings (the _id of its SMS).
CREATE TABLE device_cursor (
  device_id TEXT NOT NULL REFERENCES device (id),
  name      TEXT NOT NULL,
  value     INTEGER NOT NULL,
  PRIMARY KEY (device_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact (
  id               TEXT PRIMARY KEY,
  chosen_name      TEXT,                        -- what they call themselves
  office_name      TEXT,                        -- what the office calls them
  personnel_number TEXT,
  created_ms       INTEGER NOT NULL,
  joined_into      TEXT REFERENCES contact (id) -- the contact that is the same person
) STRICT;

-- One person may have several. By value first: what people write names one in whatever scheme.
CREATE TABLE contact_identity (
  value       TEXT NOT NULL,
  scheme      TEXT NOT NULL,
  contact_id  TEXT NOT NULL REFERENCES contact (id),
  on_whatsapp INTEGER CHECK (on_whatsapp IN (0, 1)), -- NULL: never asked
  checked_ms  INTEGER,
  created_ms  INTEGER NOT NULL,
  PRIMARY KEY (value, scheme)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_identity_contact ON contact_identity (contact_id);

-- A branch says that a number is this person's, and a contact whom it may not see has it: what the
-- branch is shown is as if nobody had it, and who sees both is asked whether they are one person.
CREATE TABLE identity_claim (
  contact_id TEXT NOT NULL REFERENCES contact (id),
  value      TEXT NOT NULL,
  scheme     TEXT NOT NULL,
  staff_id   TEXT NOT NULL,
  at_ms      INTEGER NOT NULL,
  PRIMARY KEY (contact_id, value, scheme),
  FOREIGN KEY (value, scheme) REFERENCES contact_identity (value, scheme)
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_claim_identity ON identity_claim (value, scheme);

-- What the card of a person shows.
CREATE VIEW shown_identity AS
  SELECT contact_id, value, scheme, on_whatsapp, created_ms FROM contact_identity
  UNION ALL SELECT contact_id, value, scheme, NULL, at_ms FROM identity_claim;

-- A group that a line's WhatsApp is in; its posts are kept apart from those to the line.
CREATE TABLE chat_group (
  id         TEXT PRIMARY KEY,
  line_id    TEXT NOT NULL REFERENCES line (id),
  jid        TEXT NOT NULL,
  name       TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  UNIQUE (line_id, jid)
) STRICT;

CREATE TABLE conversation (
  id              TEXT PRIMARY KEY,
  line_id         TEXT NOT NULL REFERENCES line (id),
  contact_id      TEXT REFERENCES contact (id),
  group_id        TEXT REFERENCES chat_group (id),
  last_message_id TEXT,
  last_ms         INTEGER NOT NULL,             -- of the newest message, either way
  last_in_ms      INTEGER,                      -- of the newest one from the contact
  has_notices     INTEGER NOT NULL DEFAULT 0 CHECK (has_notices IN (0, 1)), -- from no person
  created_ms      INTEGER NOT NULL,
  CHECK ((contact_id IS NULL) <> (group_id IS NULL)),
  UNIQUE (line_id, contact_id),
  UNIQUE (line_id, group_id)
) STRICT;
CREATE INDEX conversation_contact ON conversation (contact_id);

CREATE TABLE staff (
  id            TEXT PRIMARY KEY,
  name          TEXT NOT NULL UNIQUE COLLATE NOCASE,
  password_hash TEXT,                           -- NULL until the log-in link was used
  language      TEXT CHECK (language IN ('nl', 'en')), -- NULL: the browser's
  theme         TEXT CHECK (theme IN ('light', 'dark')), -- NULL: the system's
  created_ms    INTEGER NOT NULL,
  disabled_ms   INTEGER
) STRICT;

-- A right: a person may do this in that branch. Roles are bundles of these.
CREATE TABLE staff_grant (
  staff_id   TEXT NOT NULL REFERENCES staff (id),
  permission TEXT NOT NULL,
  branch_id  TEXT REFERENCES branch (id),       -- NULL: in every branch
  role       TEXT NOT NULL,                     -- the bundle it came with
  UNIQUE (staff_id, permission, branch_id)
) STRICT;

CREATE TABLE session (
  token_hash TEXT PRIMARY KEY,
  staff_id   TEXT NOT NULL REFERENCES staff (id),
  csrf       TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  seen_ms    INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE login_link (
  token_hash TEXT PRIMARY KEY,
  staff_id   TEXT NOT NULL REFERENCES staff (id),
  expires_ms INTEGER NOT NULL,
  used_ms    INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE api_token (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  scopes     TEXT NOT NULL,                     -- JSON array
  branch_id  TEXT REFERENCES branch (id),       -- NULL: every branch
  created_ms INTEGER NOT NULL,
  revoked_ms INTEGER
) STRICT;

CREATE TABLE idempotency (
  token_id   TEXT NOT NULL REFERENCES api_token (id),
  key        TEXT NOT NULL,
  body_hash  TEXT NOT NULL,
  status     INTEGER NOT NULL,
  response   TEXT NOT NULL,
  at_ms      INTEGER NOT NULL,
  PRIMARY KEY (token_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE message (
  seq             INTEGER PRIMARY KEY,          -- what the event log calls it: short
  id              TEXT NOT NULL UNIQUE,
  conversation_id TEXT NOT NULL REFERENCES conversation (id),
  line_id         TEXT NOT NULL REFERENCES line (id),
  contact_id      TEXT REFERENCES contact (id), -- in a group: who posted, where known
  value           TEXT NOT NULL,                -- with `scheme`: who the other side is
  scheme          TEXT NOT NULL,
  direction       TEXT NOT NULL CHECK (direction IN ('in', 'out')),
  class           TEXT CHECK (class IN ('reply', 'automatic', 'list', 'confirmation')),
  channel         TEXT,                         -- how it travelled or travels
  wanted          TEXT,                         -- NULL: the best route
  text            TEXT NOT NULL,
  state           TEXT NOT NULL CHECK (state IN (
                    'queued', 'sending', 'unconfirmed', 'sent', 'delivered', 'read', 'failed',
                    'refused', 'expired', 'cancelled', 'received')),
  reason          TEXT,                         -- why not now, or how it ended
  expected_ms     INTEGER,                      -- NULL: nobody can know
  not_before_ms   INTEGER,
  expires_ms      INTEGER,
  tries           INTEGER NOT NULL DEFAULT 0,
  bound_to        TEXT REFERENCES device (id),  -- parts of it left over this device, or may have
  answering       INTEGER NOT NULL DEFAULT 0 CHECK (answering IN (0, 1)), -- they wrote within 24 h
  typed           INTEGER NOT NULL DEFAULT 0 CHECK (typed IN (0, 1)), -- by a person, just now
  staff_id        TEXT REFERENCES staff (id),
  token_id        TEXT REFERENCES api_token (id),
  rule            TEXT,                         -- the automatic rule that wrote it
  client_id       TEXT,                         -- the browser's own name for it
  device_key      TEXT,                         -- incoming: the device's own identity for it
  key_digest      BLOB,                         -- … of that with line or device, and channel
  sender_name     TEXT,
  origin          TEXT NOT NULL DEFAULT 'person' -- incoming: who speaks
                  CHECK (origin IN ('person', 'notice', 'technical')),
  exact           INTEGER NOT NULL DEFAULT 1 CHECK (exact IN (0, 1)), -- 0: time read off a screen
  awaited         INTEGER NOT NULL DEFAULT 0 CHECK (awaited IN (0, 1)), -- 1: no words yet
  edited_ms       INTEGER,                      -- they changed it; see earlier_text
  deleted_ms      INTEGER,                      -- they deleted it; the text is what it said
  created_ms      INTEGER NOT NULL,
  happened_ms     INTEGER NOT NULL,             -- its place in the thread: when it came to Balie
  written_ms      INTEGER,                      -- incoming: when it was sent, as the device says
  sent_ms         INTEGER,
  delivered_ms    INTEGER,
  read_ms         INTEGER,
  CHECK ((direction = 'in') = (state = 'received'))
) STRICT;
-- Every index costs a page on each commit, so there are few and most hold few rows.
CREATE INDEX message_thread ON message (conversation_id, happened_ms);
-- A line's queue, lane by lane in its order; what is passed over is passed over in the index.
CREATE INDEX message_waiting
  ON message (line_id, class, answering, id, state, not_before_ms, tries, reason, expires_ms)
  WHERE state IN ('queued', 'sending', 'unconfirmed');
CREATE INDEX message_parked ON message (line_id, class, answering, id, reason)
  WHERE state = 'queued' AND reason IN
    ('unanswered', 'first-contacts', 'newcomers', 'ceiling-month', 'near-stop');
CREATE INDEX message_later ON message (line_id, class, answering, id)
  WHERE state = 'queued' AND not_before_ms IS NOT NULL;
CREATE INDEX message_doubt ON message (line_id, contact_id)
  WHERE state IN ('sending', 'unconfirmed');
CREATE UNIQUE INDEX message_client ON message (client_id) WHERE client_id IS NOT NULL;
CREATE UNIQUE INDEX message_key ON message (key_digest) WHERE key_digest IS NOT NULL;

-- What an incoming message said before they changed it.
CREATE TABLE earlier_text (
  message_id TEXT NOT NULL REFERENCES message (id),
  until_ms   INTEGER NOT NULL,
  text       TEXT NOT NULL
) STRICT;
CREATE INDEX earlier_text_of ON earlier_text (message_id);

-- One try of one message over one route; the row exists before the device is touched.
CREATE TABLE attempt (
  seq         INTEGER PRIMARY KEY,              -- what the event log calls it
  id          TEXT NOT NULL UNIQUE,
  message_id  TEXT NOT NULL REFERENCES message (id),
  device_id   TEXT NOT NULL REFERENCES device (id),
  channel     TEXT NOT NULL,
  parts       INTEGER NOT NULL DEFAULT 1,       -- SMS parts; they count in the ceilings
  signature   TEXT,                             -- what was added to the text on this route
  reference   INTEGER,                          -- the common reference of a long SMS's parts
  carried     TEXT,                             -- JSON: parts that left in an earlier attempt
  started_ms  INTEGER NOT NULL,
  baseline    TEXT,                             -- what the device held before the tap
  tapped_ms   INTEGER,                          -- the gate opened; from here it may have left
  ended_ms    INTEGER,
  outcome     TEXT CHECK (outcome IN ('sent', 'partly', 'not_sent', 'unknown', 'refused')),
  evidence    TEXT NOT NULL DEFAULT '{}',
  looks       INTEGER NOT NULL DEFAULT 0,
  looked_ms   INTEGER
) STRICT;
CREATE INDEX attempt_message ON attempt (message_id);
CREATE INDEX attempt_tapped ON attempt (device_id, tapped_ms) WHERE tapped_ms IS NOT NULL;
-- A message is in one device's hands at a time.
CREATE UNIQUE INDEX attempt_open ON attempt (message_id) WHERE ended_ms IS NULL;

-- What is proven of each part of an SMS, if the device tells the parts apart.
CREATE TABLE attempt_part (
  attempt_id TEXT NOT NULL REFERENCES attempt (id),
  part       INTEGER NOT NULL,                  -- from 1
  state      TEXT NOT NULL CHECK (state IN ('sent', 'missing', 'unknown')),
  evidence   TEXT NOT NULL DEFAULT '{}',
  mr         INTEGER,                           -- TP-MR, which the network's reports name
  left_ms    INTEGER,                           -- if it left, it was not before this
  report     TEXT CHECK (report IN ('arrived', 'failed', 'trying')),
  report_ms  INTEGER,                           -- the network's time
  PRIMARY KEY (attempt_id, part)
) STRICT, WITHOUT ROWID;

-- Delivery reports that came before Balie knew of the part that they report.
CREATE TABLE early_report (
  device_id TEXT NOT NULL REFERENCES device (id),
  number    TEXT NOT NULL,                      -- as the network writes it, perhaps nationally
  mr        INTEGER NOT NULL,
  at_ms     INTEGER NOT NULL,
  report    TEXT NOT NULL CHECK (report IN ('arrived', 'failed', 'trying')),
  status    INTEGER NOT NULL,
  seen_ms   INTEGER NOT NULL,
  PRIMARY KEY (device_id, number, mr, at_ms, status)
) STRICT, WITHOUT ROWID;

-- A long SMS that comes in, part by part.
CREATE TABLE long_sms (
  id          TEXT PRIMARY KEY,
  device_id   TEXT NOT NULL REFERENCES device (id),
  sender      TEXT NOT NULL,
  reference   INTEGER NOT NULL,
  wide        INTEGER NOT NULL CHECK (wide IN (0, 1)),
  total       INTEGER NOT NULL,
  origin      TEXT NOT NULL CHECK (origin IN ('person', 'notice', 'technical')),
  key         TEXT NOT NULL,                    -- of the part that came first
  at_ms       INTEGER NOT NULL,                 -- the network's time of that part
  seen_ms     INTEGER NOT NULL,                 -- when it came
  shown_ms    INTEGER                           -- when it was shown, whole or not
) STRICT;
CREATE INDEX long_sms_of ON long_sms (device_id, sender, reference);
CREATE INDEX long_sms_open ON long_sms (seen_ms) WHERE shown_ms IS NULL;
CREATE TABLE long_sms_part (
  device_id   TEXT NOT NULL REFERENCES device (id),
  key         TEXT NOT NULL,
  long_sms_id TEXT NOT NULL REFERENCES long_sms (id),
  part        INTEGER NOT NULL,
  units       BLOB NOT NULL,                    -- UTF-16: a part may end in half a character
  PRIMARY KEY (device_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX long_sms_part_of ON long_sms_part (long_sms_id, part);

-- Visits to a chat to read the ticks of sent messages, some minutes after each was sent.
CREATE TABLE tick_visit (
  message_id TEXT NOT NULL REFERENCES message (id),
  due_ms     INTEGER NOT NULL,
  device_id  TEXT NOT NULL REFERENCES device (id),
  PRIMARY KEY (device_id, due_ms, message_id)
) STRICT, WITHOUT ROWID;

-- Who agreed or withdrew, when, how, with what proof. Append-only.
CREATE TABLE consent (
  seq         INTEGER PRIMARY KEY,
  value       TEXT NOT NULL,
  scheme      TEXT NOT NULL,
  contact_id  TEXT NOT NULL REFERENCES contact (id),
  line_id     TEXT REFERENCES line (id),        -- NULL: the whole company
  kind        TEXT NOT NULL CHECK (kind IN (
                'wrote_first', 'called', 'opted_in', 'opted_out', 'opted_in_again',
                'objected', 'erased')),
  channel     TEXT,
  message_id  TEXT REFERENCES message (id),     -- the proof
  words       TEXT,                             -- what they said, or were shown
  source      TEXT,                             -- imported: the document or system it stands in
  given_ms    INTEGER,                          -- imported: when they gave it there
  recorded_by TEXT NOT NULL,                    -- `rule`, `import`, `staff:<id>`, `token:<id>`
  at_ms       INTEGER NOT NULL,
  as_of       TEXT NOT NULL DEFAULT '',         -- messages accepted later have greater ids
  CHECK ((source IS NULL) = (given_ms IS NULL)),
  CHECK (source IS NULL OR (kind = 'opted_in' AND words IS NOT NULL))
) STRICT;
CREATE INDEX consent_identity ON consent (value, scheme, seq);
CREATE INDEX consent_contact ON consent (contact_id, seq);
-- One change is allowed: a person was erased, and what stands for their value is written down.
CREATE TABLE erasure (
  stands_for TEXT NOT NULL,                     -- the keyed hash that took a value's place
  scheme     TEXT NOT NULL,
  at_ms      INTEGER NOT NULL,
  PRIMARY KEY (stands_for, scheme)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER consent_is_append_only_update BEFORE UPDATE ON consent
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE stands_for = new.value AND scheme = new.scheme)
  OR (new.seq, new.scheme, new.contact_id, new.line_id, new.kind, new.channel, new.message_id,
      new.words, new.source, new.given_ms, new.recorded_by, new.at_ms, new.as_of)
  IS NOT (old.seq, old.scheme, old.contact_id, old.line_id, old.kind, old.channel, old.message_id,
      old.words, old.source, old.given_ms, old.recorded_by, old.at_ms, old.as_of)
BEGIN SELECT RAISE(ABORT, 'the consent ledger is append-only'); END;
CREATE TRIGGER consent_is_append_only_delete BEFORE DELETE ON consent
BEGIN SELECT RAISE(ABORT, 'the consent ledger is append-only'); END;

-- A message that reads like STOP but is none: a person decides, no rule obeys it.
CREATE TABLE near_stop (
  message_id      TEXT PRIMARY KEY REFERENCES message (id),
  asked_id        TEXT NOT NULL,                -- messages accepted later have greater ids
  decision        TEXT CHECK (decision IN ('sign-off', 'leave', 'overtaken')), -- NULL: none yet
  staff_id        TEXT REFERENCES staff (id),
  decided_ms      INTEGER,
  CHECK ((decision IS NULL) = (decided_ms IS NULL)),
  CHECK ((coalesce(decision, 'overtaken') = 'overtaken') = (staff_id IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX near_stop_open ON near_stop (message_id) WHERE decision IS NULL;

-- One welcome per contact and line, for ever.
CREATE TABLE welcome (
  line_id    TEXT NOT NULL REFERENCES line (id),
  contact_id TEXT NOT NULL REFERENCES contact (id),
  message_id TEXT REFERENCES message (id),      -- NULL: none was due
  PRIMARY KEY (line_id, contact_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE draft (
  staff_id        TEXT NOT NULL REFERENCES staff (id),
  conversation_id TEXT NOT NULL REFERENCES conversation (id),
  text            TEXT NOT NULL,
  saved_ms        INTEGER NOT NULL,
  PRIMARY KEY (staff_id, conversation_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE read_mark (
  staff_id        TEXT NOT NULL REFERENCES staff (id),
  conversation_id TEXT NOT NULL REFERENCES conversation (id),
  message_id      TEXT NOT NULL,                -- the newest one seen
  at_ms           INTEGER NOT NULL,
  PRIMARY KEY (staff_id, conversation_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE missed_call (
  id              TEXT PRIMARY KEY,
  device_key      TEXT NOT NULL UNIQUE,         -- the device's own identity for it
  line_id         TEXT NOT NULL REFERENCES line (id),
  value           TEXT NOT NULL,                -- '' where the caller withheld it
  scheme          TEXT NOT NULL,
  at_ms           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Codes for a line itself, as for its registration: for people who manage devices, erased soon.
CREATE TABLE line_code (
  id         TEXT PRIMARY KEY,
  device_key TEXT NOT NULL UNIQUE,
  line_id    TEXT NOT NULL REFERENCES line (id),
  service    TEXT NOT NULL,                     -- '' when it names no known service
  sender     TEXT NOT NULL,
  text       TEXT,                              -- NULL: erased after some minutes
  came_ms    INTEGER NOT NULL
) STRICT;
CREATE INDEX line_code_readable ON line_code (line_id) WHERE text IS NOT NULL;

-- The event log: a row for each change, in its transaction; ids and facts, never texts or numbers.
-- The newest row is never deleted, so SQLite's own row numbers only grow.
CREATE TABLE event_kind (
  code INTEGER PRIMARY KEY,                     -- given as a kind is first met
  name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE event (
  seq             INTEGER PRIMARY KEY,
  at_ms           INTEGER NOT NULL,
  kind            INTEGER NOT NULL REFERENCES event_kind (code),
  message_seq     INTEGER REFERENCES message (seq),
  attempt_seq     INTEGER,                      -- told among the facts, by its id
  of_message      INTEGER NOT NULL DEFAULT 0    -- 1: the next four are what its message says
                  CHECK (of_message IN (0, 1)),
  branch_id       TEXT,
  line_id         TEXT,
  conversation_id TEXT,
  contact_id      TEXT,
  device_id       TEXT,
  staff_id        TEXT,
  facts           TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX event_message ON event (message_seq) WHERE message_seq IS NOT NULL;
-- The log as it is told: an event of a message belongs where the message stands now.
CREATE VIEW event_log AS
SELECT e.seq, e.at_ms, event_kind.name AS kind,
  iif(e.of_message, line.branch_id, e.branch_id) AS branch_id,
  iif(e.of_message, m.line_id, e.line_id) AS line_id,
  iif(e.of_message, m.conversation_id, e.conversation_id) AS conversation_id,
  iif(e.of_message, m.contact_id, e.contact_id) AS contact_id,
  m.id AS message_id, e.device_id, e.staff_id,
  iif(a.id IS NULL, e.facts, json_insert(e.facts, '$.attempt', a.id)) AS facts
FROM event e
JOIN event_kind ON event_kind.code = e.kind
LEFT JOIN message m ON m.seq = e.message_seq
LEFT JOIN attempt a ON a.seq = e.attempt_seq
LEFT JOIN line ON line.id = m.line_id;
CREATE TRIGGER event_is_append_only_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
-- Events below the number written here may be deleted.
CREATE TABLE event_retention (
  before_seq INTEGER PRIMARY KEY,
  at_ms      INTEGER NOT NULL
) STRICT;
CREATE TRIGGER event_is_append_only_delete BEFORE DELETE ON event
WHEN old.seq >= coalesce((SELECT max(before_seq) FROM event_retention), 0)
  OR old.seq = (SELECT max(seq) FROM event)
BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
