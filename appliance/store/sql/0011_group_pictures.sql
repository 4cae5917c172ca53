-- When a phone last put the group's picture there, or showed that somebody did.
ALTER TABLE chat_group ADD COLUMN picture_ms INTEGER;

-- 1: only those of `group_right` see it, and of those only some may answer; else the line's people.
ALTER TABLE chat_group ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1));
CREATE INDEX chat_group_held ON chat_group (id) WHERE held = 1;

CREATE TABLE group_right (
  group_id   TEXT NOT NULL REFERENCES chat_group (id),
  staff_id   TEXT REFERENCES staff (id),
  token_id   TEXT REFERENCES api_token (id),
  may_answer INTEGER NOT NULL CHECK (may_answer IN (0, 1)),
  CHECK ((staff_id IS NULL) <> (token_id IS NULL))
) STRICT;
CREATE UNIQUE INDEX group_right_staff ON group_right (group_id, staff_id)
  WHERE staff_id IS NOT NULL;
CREATE UNIQUE INDEX group_right_token ON group_right (group_id, token_id)
  WHERE token_id IS NOT NULL;

-- WhatsApp's own invitation was sent to them: they let nobody add them.
ALTER TABLE group_member ADD COLUMN invited_ms INTEGER;
-- 1: a person said that who cannot be added is to be invited.
ALTER TABLE group_task ADD COLUMN invites INTEGER NOT NULL DEFAULT 0 CHECK (invites IN (0, 1));

-- A phone shows members by name: whose that is must not be sought among all contacts.
CREATE INDEX contact_chosen_name ON contact (chosen_name) WHERE chosen_name IS NOT NULL;
CREATE INDEX contact_office_name ON contact (office_name) WHERE office_name IS NOT NULL;
