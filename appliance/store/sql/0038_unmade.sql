-- A send to many people is accepted at once, and its messages are made piece by piece: what is not
-- made yet, as it was promised. A row goes in the transaction that makes its message.
CREATE TABLE list_send_unmade (
  send_id     TEXT NOT NULL REFERENCES list_send (id),
  position    INTEGER NOT NULL,
  contact_id  TEXT NOT NULL REFERENCES contact (id),
  value       TEXT NOT NULL,
  scheme      TEXT NOT NULL,
  wanted      TEXT,                             -- the only channel; NULL: any
  text        TEXT NOT NULL,
  answering   INTEGER NOT NULL,
  expected_ms INTEGER,
  reason      TEXT,
  PRIMARY KEY (send_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX list_send_unmade_contact ON list_send_unmade (contact_id);
