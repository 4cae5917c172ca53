-- Who is in a group, what it is to be called, what was changed in it, and what a phone is to do there.

ALTER TABLE chat_group ADD COLUMN picture TEXT;          -- the id of a medium
-- 1: name and picture are put back when somebody changes them.
ALTER TABLE chat_group ADD COLUMN guards INTEGER NOT NULL DEFAULT 0 CHECK (guards IN (0, 1));
ALTER TABLE chat_group ADD COLUMN guarded_name TEXT;     -- NULL: the name is not guarded
ALTER TABLE chat_group ADD COLUMN guarded_picture TEXT;
ALTER TABLE chat_group ADD COLUMN read_ms INTEGER;       -- when its members were last read
ALTER TABLE chat_group ADD COLUMN left_ms INTEGER;       -- since then the line is no member

-- `value` and `scheme` NULL: the phone shows a name, and it is not known whose that is.
CREATE TABLE group_member (
  id         TEXT PRIMARY KEY,
  group_id   TEXT NOT NULL REFERENCES chat_group (id),
  name       TEXT,
  value      TEXT,
  scheme     TEXT,
  is_admin   INTEGER NOT NULL DEFAULT 0 CHECK (is_admin IN (0, 1)),
  asked_ms   INTEGER,                           -- to be added; NULL: seen in the group
  stopped_ms INTEGER,                           -- wrote STOP in the group
  created_ms INTEGER NOT NULL,
  CHECK ((value IS NULL) = (scheme IS NULL)),
  CHECK (value IS NOT NULL OR name IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX group_member_identity ON group_member (group_id, value, scheme)
  WHERE value IS NOT NULL;
CREATE INDEX group_member_group ON group_member (group_id);

CREATE TABLE group_journal (
  id         TEXT PRIMARY KEY,
  group_id   TEXT NOT NULL REFERENCES chat_group (id),
  at_ms      INTEGER NOT NULL,
  what       TEXT NOT NULL CHECK (what IN ('name', 'picture', 'member')),
  by_whom    TEXT,                              -- as the phone or the office calls them
  before     TEXT,
  after      TEXT,
  put_back   INTEGER NOT NULL DEFAULT 0 CHECK (put_back IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX group_journal_group ON group_journal (group_id, id);

-- One change that a phone is to make. The row is claimed before the phone is touched.
CREATE TABLE group_task (
  id            TEXT PRIMARY KEY,
  group_id      TEXT NOT NULL REFERENCES chat_group (id),
  kind          TEXT NOT NULL CHECK (kind IN (
                  'read', 'create', 'rename', 'picture', 'add', 'remove', 'leave', 'lock')),
  name          TEXT,                           -- rename: what it is to be called
  picture       TEXT,
  member_id     TEXT,                           -- add, remove
  puts_back     INTEGER NOT NULL DEFAULT 0 CHECK (puts_back IN (0, 1)),
  state         TEXT NOT NULL CHECK (state IN ('waiting', 'doing', 'done', 'failed', 'person')),
  reason        TEXT,                           -- why a person has to look, or how it failed
  evidence      TEXT NOT NULL DEFAULT '{}',
  tries         INTEGER NOT NULL DEFAULT 0,
  not_before_ms INTEGER NOT NULL DEFAULT 0,
  device_id     TEXT REFERENCES device (id),
  staff_id      TEXT REFERENCES staff (id),
  token_id      TEXT REFERENCES api_token (id),
  created_ms    INTEGER NOT NULL,
  tapped_ms     INTEGER,                        -- from here it may have happened
  ended_ms      INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX group_task_open ON group_task (group_id, id)
  WHERE state IN ('waiting', 'doing', 'person');
CREATE INDEX group_task_tapped ON group_task (device_id, tapped_ms) WHERE tapped_ms IS NOT NULL;

-- Groups have scopes of their own now. Who could read them still can.
UPDATE api_token SET scopes = json_insert(scopes, '$[#]', 'groups:read')
WHERE EXISTS (SELECT 1 FROM json_each(scopes) WHERE value = 'contacts:read');
