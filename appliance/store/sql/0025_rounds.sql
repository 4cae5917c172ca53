-- Rounds: one question to many people for a number of seats.
CREATE TABLE round (
  id           TEXT PRIMARY KEY,
  branch_id    TEXT NOT NULL REFERENCES branch (id),
  state        TEXT NOT NULL CHECK (state IN ('running', 'filled', 'closed', 'cancelled')),
  seats        INTEGER NOT NULL CHECK (seats > 0),
  at_once      INTEGER NOT NULL CHECK (at_once > 0), -- questions that may be open at a time
  starts_ms    INTEGER NOT NULL,                  -- the hours of the work
  ends_ms      INTEGER NOT NULL,
  closes_ms    INTEGER NOT NULL,                  -- nobody is asked after this
  variants     TEXT NOT NULL,                     -- JSON: what is asked, in turns
  confirm_text TEXT NOT NULL,
  reserve_text TEXT,
  filled_text  TEXT,
  ordering     TEXT NOT NULL,
  label        TEXT,                              -- who has it comes first
  seed         INTEGER NOT NULL,                  -- of the shuffle
  staff_id     TEXT REFERENCES staff (id),
  token_id     TEXT REFERENCES api_token (id),
  created_ms   INTEGER NOT NULL,
  filled_ms    INTEGER,                           -- when the last seat was taken
  ended_ms     INTEGER,
  CHECK (starts_ms < ends_ms)
) STRICT;
CREATE INDEX round_live ON round (ends_ms);
CREATE INDEX round_of_branch ON round (branch_id, id);

CREATE TABLE round_line (
  round_id TEXT NOT NULL REFERENCES round (id),
  position INTEGER NOT NULL,
  line_id  TEXT NOT NULL REFERENCES line (id),
  PRIMARY KEY (round_id, position)
) STRICT, WITHOUT ROWID;

-- A person of a round, in the order in which they are asked.
CREATE TABLE round_person (
  round_id    TEXT NOT NULL REFERENCES round (id),
  contact_id  TEXT NOT NULL REFERENCES contact (id),
  position    INTEGER NOT NULL,
  state       TEXT NOT NULL CHECK (state IN
    ('not-asked', 'asked', 'silent', 'unclear', 'yes', 'reserve', 'no', 'refused')),
  why         TEXT,                               -- the code why not asked
  line_id     TEXT REFERENCES line (id),          -- that asked them
  question_id TEXT REFERENCES message (id),
  answer_id   TEXT REFERENCES message (id),       -- what they wrote last of it
  said_id     TEXT REFERENCES message (id),       -- what Balie told them last of it
  asked_ms    INTEGER,                            -- when the question left
  changed_ms  INTEGER NOT NULL,                   -- since when in this state
  PRIMARY KEY (round_id, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX round_person_turn ON round_person (round_id, state, position);
CREATE INDEX round_person_contact ON round_person (contact_id, state);
CREATE UNIQUE INDEX round_person_question ON round_person (question_id)
  WHERE question_id IS NOT NULL;

-- A number or name that nobody here is known by.
CREATE TABLE round_stranger (
  round_id TEXT NOT NULL REFERENCES round (id),
  position INTEGER NOT NULL,
  named    TEXT NOT NULL,
  why      TEXT NOT NULL,
  PRIMARY KEY (round_id, position)
) STRICT, WITHOUT ROWID;

-- A message that was read as an answer to a round. A plain one waits for nobody.
CREATE TABLE round_answer (
  message_id TEXT PRIMARY KEY REFERENCES message (id),
  round_id   TEXT NOT NULL REFERENCES round (id),
  reading    TEXT NOT NULL CHECK (reading IN ('yes', 'no', 'unclear'))
) STRICT, WITHOUT ROWID;

-- How far the log was followed.
CREATE TABLE round_follower (
  id        INTEGER PRIMARY KEY CHECK (id = 1),
  event_seq INTEGER NOT NULL
) STRICT;
INSERT INTO round_follower (id, event_seq) SELECT 1, coalesce(max(seq), 0) FROM event;
