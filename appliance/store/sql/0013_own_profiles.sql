-- Over which channel they called; NULL is a call over the mobile network.
ALTER TABLE missed_call ADD COLUMN channel TEXT;

-- A number's own name and picture in WhatsApp: what is right, and what was seen last. A picture is
-- known by a print of how it looks on the screen of one phone.
CREATE TABLE own_profile (
  line_id      TEXT PRIMARY KEY REFERENCES line (id),
  device_id    TEXT NOT NULL REFERENCES device (id),
  name         TEXT NOT NULL,
  picture      TEXT NOT NULL,                   -- '' where the phone did not show it
  seen_name    TEXT NOT NULL,
  seen_picture TEXT NOT NULL,
  looked_ms    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
