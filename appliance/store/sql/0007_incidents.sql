-- What was wrong with a device, a line or the machine, and since when: see incidents.py.

CREATE TABLE incident (
  id        TEXT PRIMARY KEY,
  kind      TEXT NOT NULL,
  device_id TEXT REFERENCES device (id),        -- neither device nor line: the machine itself
  line_id   TEXT REFERENCES line (id),
  about     TEXT NOT NULL DEFAULT '',           -- what tells two of one kind apart, such as a group
  since_ms  INTEGER NOT NULL,
  until_ms  INTEGER,                            -- NULL: it is open
  facts     TEXT NOT NULL DEFAULT '{}'
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX incident_open
  ON incident (kind, coalesce(device_id, ''), coalesce(line_id, ''), about)
  WHERE until_ms IS NULL;
CREATE INDEX incident_device ON incident (device_id, id);

-- One row a day: how a phone's battery was.
CREATE TABLE battery_day (
  device_id        TEXT NOT NULL REFERENCES device (id),
  day              TEXT NOT NULL,               -- YYYY-MM-DD in UTC
  lowest_percent   INTEGER NOT NULL,
  highest_percent  INTEGER NOT NULL,
  hottest_celsius  REAL,
  health           TEXT,
  cycles           INTEGER,
  capacity_percent INTEGER,                     -- what is left of its first capacity
  PRIMARY KEY (device_id, day)
) STRICT, WITHOUT ROWID;
