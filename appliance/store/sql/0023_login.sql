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
