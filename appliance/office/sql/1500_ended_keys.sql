-- Keys of boxes that open nothing at the broker any more: of a box that was struck off, and of the
-- card of before.
CREATE TABLE ended_key (
  key      TEXT PRIMARY KEY,                    -- the public half, as NATS spells it
  box_id   TEXT NOT NULL REFERENCES box (id),
  ended_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
