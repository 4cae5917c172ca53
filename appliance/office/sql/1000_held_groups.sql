-- Groups that a box holds to some of its people and programs, so that what is read here alone hides
-- them, too. Who reads their rows is looked up in the replica.
CREATE TABLE held_group (
  group_id  TEXT PRIMARY KEY,
  box_id    TEXT NOT NULL REFERENCES box (id),
  branch_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX held_group_of ON held_group (box_id);
CREATE TABLE held_group_right (
  group_id   TEXT NOT NULL,
  who        TEXT NOT NULL,                     -- a colleague or a token
  may_answer INTEGER NOT NULL CHECK (may_answer IN (0, 1)),
  PRIMARY KEY (group_id, who)
) STRICT, WITHOUT ROWID;
CREATE INDEX work_list_group ON work_list (group_id) WHERE group_id IS NOT NULL;
-- What was mirrored of each box is read once more, now with its groups.
UPDATE follow_place SET directory = -1;
