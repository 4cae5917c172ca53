-- Files beside messages. The bytes lie in the data directory's `media`, by their hash: see
-- media/files.py. A file that came twice has two rows and lies there once.

CREATE TABLE media (
  id         TEXT PRIMARY KEY,
  kind       TEXT NOT NULL,
  type       TEXT NOT NULL,
  name       TEXT NOT NULL,
  -- NULL until the file was here.
  sha256     TEXT,
  bytes      INTEGER,
  seconds    INTEGER,
  width      INTEGER,
  height     INTEGER,
  state      TEXT NOT NULL CHECK (state IN ('here', 'fetching', 'on-phone-only', 'erased')),
  -- Why Balie does not have it, as a code.
  why        TEXT,
  -- Who uploaded it; both NULL for what came in.
  staff_id   TEXT REFERENCES staff (id),
  token_id   TEXT REFERENCES api_token (id),
  created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX media_content ON media (sha256) WHERE sha256 IS NOT NULL;

CREATE TABLE message_media (
  message_id TEXT NOT NULL REFERENCES message (id),
  position   INTEGER NOT NULL,
  media_id   TEXT NOT NULL REFERENCES media (id),
  PRIMARY KEY (message_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_media_of ON message_media (media_id);

-- How the file of a message is brought from a phone. The row stays, so that no other message gets
-- the same file.
CREATE TABLE media_fetch (
  media_id   TEXT PRIMARY KEY REFERENCES media (id),
  device_id  TEXT NOT NULL REFERENCES device (id),
  -- What the phone told: its sign, and its caption, title or length.
  sign       TEXT NOT NULL,
  words      TEXT NOT NULL,
  asked_ms   INTEGER NOT NULL,
  -- NULL: it is here, or was given up.
  due_ms     INTEGER,
  tries      INTEGER NOT NULL DEFAULT 0,
  -- 1: the chat was opened to have it downloaded.
  opened     INTEGER NOT NULL DEFAULT 0,
  -- Which file on the phone it is, once that is sure.
  path       TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX media_fetch_due ON media_fetch (device_id, due_ms) WHERE due_ms IS NOT NULL;
CREATE INDEX media_fetch_asked ON media_fetch (device_id, asked_ms);
