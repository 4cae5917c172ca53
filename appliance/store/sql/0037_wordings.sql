-- What a welcome said and what the sentence about privacy below it said, and since when: so that it
-- can be told what somebody was told when they consented. Settings keep the newest only.
CREATE TABLE wording (
  seq       INTEGER PRIMARY KEY,
  branch_id TEXT NOT NULL REFERENCES branch (id),
  line_id   TEXT REFERENCES line (id),            -- NULL: of all numbers of the branch
  kind      TEXT NOT NULL CHECK (kind IN ('welcome', 'privacy')),
  language  TEXT NOT NULL,                        -- of the branch then
  words     TEXT,                                 -- JSON: its variants; NULL: the usual ones
  since_ms  INTEGER NOT NULL
) STRICT;
CREATE INDEX wording_of ON wording (branch_id, kind, seq);
CREATE TRIGGER wording_is_append_only_update BEFORE UPDATE ON wording
BEGIN SELECT RAISE(ABORT, 'the history of wordings is append-only'); END;
CREATE TRIGGER wording_is_append_only_delete BEFORE DELETE ON wording
BEGIN SELECT RAISE(ABORT, 'the history of wordings is append-only'); END;

-- What is set now holds since the settings were changed last; of what was before nothing is known.
INSERT INTO wording (branch_id, line_id, kind, language, words, since_ms)
SELECT b.id, NULL, k.value, coalesce(b.settings ->> '$.language', 'nl'),
  json_array(b.settings ->> ('$.' || k.value || '_text')),
  coalesce((SELECT max(e.at_ms) FROM event e JOIN event_kind n ON n.code = e.kind
            WHERE n.name = 'branch.changed' AND e.branch_id = b.id
            AND e.facts LIKE '%"' || k.value || '_text"%'), b.created_ms)
FROM branch b CROSS JOIN json_each('["welcome", "privacy"]') k
WHERE b.settings ->> ('$.' || k.value || '_text') IS NOT NULL;
INSERT INTO wording (branch_id, line_id, kind, language, words, since_ms)
SELECT l.branch_id, l.id, 'welcome', coalesce(b.settings ->> '$.language', 'nl'),
  iif(l.settings ->> '$.welcome.on' = 0, '[]', l.settings -> '$.welcome.variants'),
  coalesce((SELECT max(e.at_ms) FROM event e JOIN event_kind n ON n.code = e.kind
            WHERE n.name = 'line.changed' AND e.line_id = l.id
            AND e.facts LIKE '%"welcome"%'), l.created_ms)
FROM line l JOIN branch b ON b.id = l.branch_id
WHERE l.settings ->> '$.welcome.on' = 0 OR json_array_length(l.settings, '$.welcome.variants') > 0;
