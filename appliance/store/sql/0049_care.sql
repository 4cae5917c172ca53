-- Colleagues who come from home, over WireGuard: what the house chose, and whose device has which
-- key. Of a key only the public half was ever here.
CREATE TABLE home_house (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  is_on   INTEGER NOT NULL CHECK (is_on IN (0, 1)),
  address TEXT NOT NULL,                          -- under which the box is found from outside
  port    INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
  network TEXT NOT NULL                           -- in which box and devices meet; '' until it is on
) STRICT;
INSERT INTO home_house (id, is_on, address, port, network) VALUES (1, 0, '', 51820, '');

CREATE TABLE home_key (
  id         TEXT PRIMARY KEY,
  staff_id   TEXT NOT NULL REFERENCES staff (id),
  name       TEXT NOT NULL,                       -- of the device
  public_key TEXT NOT NULL UNIQUE,
  place      INTEGER NOT NULL UNIQUE CHECK (place BETWEEN 2 AND 254),  -- in the network
  made_ms    INTEGER NOT NULL
) STRICT;
CREATE INDEX home_key_staff ON home_key (staff_id);
