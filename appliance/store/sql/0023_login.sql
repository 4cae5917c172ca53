-- The address of e-mail that a log-in provider has to prove before somebody comes in the first time.
ALTER TABLE staff ADD COLUMN email TEXT COLLATE NOCASE;
CREATE UNIQUE INDEX staff_email ON staff (email) WHERE email IS NOT NULL;

-- Who somebody is at a provider, from their first log-in with it on.
CREATE TABLE staff_account (
  issuer   TEXT NOT NULL,
  subject  TEXT NOT NULL,
  staff_id TEXT NOT NULL REFERENCES staff (id),
  bound_ms INTEGER NOT NULL,
  PRIMARY KEY (issuer, subject),
  UNIQUE (staff_id, issuer)
) STRICT, WITHOUT ROWID;

-- A key that a browser or a telephone keeps for somebody, made for one address of Balie.
CREATE TABLE passkey (
  id            TEXT PRIMARY KEY,
  staff_id      TEXT NOT NULL REFERENCES staff (id),
  credential_id TEXT NOT NULL UNIQUE,             -- as browsers say it, in base64url
  host          TEXT NOT NULL,
  public_key    BLOB NOT NULL,                    -- COSE, RFC 9052
  sign_count    INTEGER NOT NULL,
  name          TEXT NOT NULL,
  created_ms    INTEGER NOT NULL,
  used_ms       INTEGER                           -- NULL: not yet
) STRICT, WITHOUT ROWID;
CREATE INDEX passkey_staff ON passkey (staff_id);

-- How somebody came in; a key proves more than a password.
ALTER TABLE session ADD COLUMN begun_by TEXT NOT NULL DEFAULT 'password'
  CHECK (begun_by IN ('password', 'link', 'provider', 'passkey'));
