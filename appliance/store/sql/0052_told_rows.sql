-- What head office is told of one thing is found without reading the whole table.
CREATE INDEX read_mark_conversation ON read_mark (conversation_id);
CREATE INDEX emergency_staff ON emergency (staff_id);
CREATE INDEX group_right_group ON group_right (group_id);
