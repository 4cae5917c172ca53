-- What Balie has set on a phone, and what it was before. A phone is named by its address, because it
-- is to be put back whichever line it carries by then, or none. In the order in which it was set.
CREATE TABLE device_setting (
  address   TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name      TEXT NOT NULL,
  old       TEXT,                               -- NULL: it was missing
  new       TEXT NOT NULL,
  set_ms    INTEGER NOT NULL,
  PRIMARY KEY (address, namespace, name)
) STRICT;
