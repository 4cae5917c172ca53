-- Messages that came in by the WhatsApp Cloud API: only of these its webhooks tell what became.
CREATE TABLE cloud_message (
  message_id TEXT PRIMARY KEY REFERENCES message (id),
  tracker    TEXT                                -- what the program wants to be told beside it
) STRICT, WITHOUT ROWID;
