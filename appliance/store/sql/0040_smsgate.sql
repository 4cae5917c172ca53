-- What a client of SMSGate asked to send. Each recipient is a message of its own; they were accepted
-- in one transaction, so their numbers follow on each other: from `seq` to `last_seq`.
CREATE TABLE smsgate_message (
  seq        INTEGER PRIMARY KEY REFERENCES message (seq),
  last_seq   INTEGER NOT NULL REFERENCES message (seq),
  id         TEXT NOT NULL,                     -- as the client named it, or ours
  token_id   TEXT NOT NULL REFERENCES api_token (id),
  line_id    TEXT NOT NULL REFERENCES line (id),
  state      TEXT NOT NULL CHECK (state IN
               ('Pending', 'Cancelled', 'Processed', 'Sent', 'Delivered', 'Failed')),
  refused    INTEGER NOT NULL,                  -- so many recipients were refused beside these
  created_ms INTEGER NOT NULL,
  UNIQUE (token_id, id),
  CHECK (last_seq >= seq)
) STRICT;
CREATE INDEX smsgate_listed ON smsgate_message (line_id, state);

-- How many of them there are in each state, so that nobody counts a million.
CREATE TABLE smsgate_count (
  line_id TEXT NOT NULL REFERENCES line (id),
  state   TEXT NOT NULL,
  many    INTEGER NOT NULL,
  PRIMARY KEY (line_id, state)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER smsgate_counts_new AFTER INSERT ON smsgate_message
BEGIN
  INSERT INTO smsgate_count (line_id, state, many) VALUES (new.line_id, new.state, 1)
    ON CONFLICT (line_id, state) DO UPDATE SET many = many + 1;
END;
CREATE TRIGGER smsgate_counts_moved AFTER UPDATE OF state ON smsgate_message
WHEN new.state IS NOT old.state
BEGIN
  UPDATE smsgate_count SET many = many - 1 WHERE line_id = old.line_id AND state = old.state;
  INSERT INTO smsgate_count (line_id, state, many) VALUES (new.line_id, new.state, 1)
    ON CONFLICT (line_id, state) DO UPDATE SET many = many + 1;
END;

-- Recipients who were refused while others were not: told for a while, then let go.
CREATE TABLE smsgate_refused (
  message_seq INTEGER NOT NULL REFERENCES smsgate_message (seq),
  place       INTEGER NOT NULL,
  value       TEXT NOT NULL,
  scheme      TEXT NOT NULL,
  why         TEXT NOT NULL,
  at_ms       INTEGER NOT NULL,
  PRIMARY KEY (message_seq, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX smsgate_refused_age ON smsgate_refused (at_ms);

-- The state of the whole follows the states of its messages, whatever moves them.
CREATE TRIGGER smsgate_follows AFTER UPDATE OF state ON message
WHEN new.state IS NOT old.state
  AND new.seq <= (SELECT last_seq FROM smsgate_message WHERE seq <= new.seq ORDER BY seq DESC LIMIT 1)
BEGIN
  UPDATE smsgate_message SET state = (
    SELECT CASE
      WHEN max(m.state = 'queued') THEN 'Pending'
      WHEN max(m.state = 'cancelled') THEN 'Cancelled'
      WHEN max(m.state IN ('sending', 'unconfirmed')) THEN 'Processed'
      WHEN min(m.state IN ('failed', 'refused', 'expired')) THEN 'Failed'
      WHEN min(m.state IN ('delivered', 'read')) AND refused = 0 THEN 'Delivered'
      ELSE 'Sent' END
    FROM message m WHERE m.seq BETWEEN smsgate_message.seq AND smsgate_message.last_seq)
  WHERE seq = (SELECT max(seq) FROM smsgate_message WHERE seq <= new.seq);
END;

-- Passes of a token: they live shorter, may do less, and end with it.
CREATE TABLE smsgate_pass (
  id         TEXT PRIMARY KEY,
  token_id   TEXT NOT NULL REFERENCES api_token (id),
  pass_hash  TEXT NOT NULL UNIQUE,
  scopes     TEXT NOT NULL,                     -- a JSON list of Balie's scopes
  renews     TEXT,                              -- of one that opens nothing: the pass it renews
  life_ms    INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX smsgate_pass_age ON smsgate_pass (expires_ms);

-- The inbox of such a client: what came over one channel, line by line. The end of a line's id is
-- enough to tell lines apart, and an index of all that comes has to be small.
CREATE INDEX message_came ON message (substr(line_id, -6), channel) WHERE direction = 'in';
