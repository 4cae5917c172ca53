-- What people asked about their data, and what was done for each of these.

CREATE TABLE privacy_request (
  id          TEXT PRIMARY KEY,
  contact_id  TEXT REFERENCES contact (id),     -- NULL: nobody who is known here
  branch_id   TEXT REFERENCES branch (id),      -- whose officer answers it; NULL: the company's
  kind        TEXT NOT NULL CHECK (kind IN ('access', 'erasure', 'other')),
  asked_by    TEXT NOT NULL,                    -- who asked, as they said
  asked_how   TEXT NOT NULL CHECK (asked_how IN (
                'message', 'mail', 'letter', 'phone', 'counter', 'other')),
  wish        TEXT NOT NULL,                    -- what else they said; may be empty
  asked_day   TEXT NOT NULL,                    -- ISO, in the zone of the branch
  due_day     TEXT NOT NULL,                    -- the last day to answer
  late_why    TEXT,                             -- why it takes longer; they were told so
  checked     TEXT CHECK (checked IN (
                'number', 'counter', 'document', 'known', 'other')),
  checked_ms  INTEGER,
  done_ms     INTEGER,
  outcome     TEXT CHECK (outcome IN ('given', 'erased', 'answered', 'refused', 'withdrawn')),
  outcome_why TEXT,                             -- refused: what they were told
  created_ms  INTEGER NOT NULL,
  CHECK ((checked IS NULL) = (checked_ms IS NULL)),
  CHECK ((done_ms IS NULL) = (outcome IS NULL))
) STRICT;
CREATE INDEX privacy_request_open ON privacy_request (due_day, id) WHERE done_ms IS NULL;
CREATE INDEX privacy_request_done ON privacy_request (done_ms, id) WHERE done_ms IS NOT NULL;
CREATE INDEX privacy_request_of ON privacy_request (contact_id) WHERE contact_id IS NOT NULL;

-- What was done for a request, and for a person without one: each time that their file was made.
CREATE TABLE privacy_step (
  id         TEXT PRIMARY KEY,
  request_id TEXT REFERENCES privacy_request (id),
  contact_id TEXT REFERENCES contact (id),
  what       TEXT NOT NULL CHECK (what IN (
               'taken', 'checked', 'given', 'longer', 'done', 'reopened')),
  staff_id   TEXT REFERENCES staff (id),
  token_id   TEXT REFERENCES api_token (id),
  facts      TEXT NOT NULL DEFAULT '{}',        -- JSON: codes and counts
  at_ms      INTEGER NOT NULL
) STRICT;
CREATE INDEX privacy_step_request ON privacy_step (request_id, id) WHERE request_id IS NOT NULL;
CREATE INDEX privacy_step_contact ON privacy_step (contact_id, id) WHERE contact_id IS NOT NULL;

-- What was sent to lists with somebody in them.
CREATE INDEX list_send_item_contact ON list_send_item (contact_id);
