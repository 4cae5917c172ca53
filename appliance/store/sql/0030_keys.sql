-- Keys to the house. Which keys this database was used with: a name tells nothing of its key.
CREATE TABLE house_key (
  name     TEXT PRIMARY KEY,
  since_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- An administrator who reads no messages takes the right to, for a while, and says why.
CREATE TABLE emergency (
  id        TEXT PRIMARY KEY,
  staff_id  TEXT NOT NULL REFERENCES staff (id),
  branch_id TEXT REFERENCES branch (id),          -- NULL: every branch
  reason    TEXT NOT NULL,
  began_ms  INTEGER NOT NULL,
  until_ms  INTEGER NOT NULL,
  ended_ms  INTEGER,                              -- NULL: not yet
  CHECK (until_ms > began_ms)
) STRICT, WITHOUT ROWID;
CREATE INDEX emergency_open ON emergency (staff_id) WHERE ended_ms IS NULL;

-- NULL: it never ends. Tokens of before keep that.
ALTER TABLE api_token ADD COLUMN expires_ms INTEGER;

-- The duties of an administrator are apart from now on. Who had all of them keeps all of them, each
-- under the role that it is of now.
UPDATE staff_grant SET role = CASE
  WHEN permission IN ('staff.manage', 'device.manage') THEN 'admin'
  WHEN permission = 'privacy.manage' THEN 'privacy'
  ELSE 'lead'
END WHERE role = 'admin';
