-- What a device without a SIM logs in with: a bot, a mailbox. `settings` is what its kind was told
-- of it, as JSON; `secret` a token or a password, sealed by the key of the house. The row goes with
-- the device.
CREATE TABLE device_account (
  device_id  TEXT PRIMARY KEY REFERENCES device (id),
  settings   TEXT NOT NULL DEFAULT '{}',
  secret     TEXT NOT NULL,
  changed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
