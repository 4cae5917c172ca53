-- Calendars that another program reads at a secret address: a colleague's own, or that of a line.
-- Only the address's hash is kept; a new address takes the place of the one before.
CREATE TABLE calendar_feed (
  id         TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  staff_id   TEXT UNIQUE REFERENCES staff (id),   -- whose own it is
  line_id    TEXT UNIQUE REFERENCES line (id),    -- of which line it is
  made_by    TEXT NOT NULL REFERENCES staff (id),
  with_names INTEGER NOT NULL DEFAULT 0,          -- of the people who come to work
  made_ms    INTEGER NOT NULL,
  CHECK ((staff_id IS NULL) <> (line_id IS NULL))
) STRICT;
