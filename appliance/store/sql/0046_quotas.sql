-- How often a program may ask: requests a minute; NULL: as usual.
ALTER TABLE api_token ADD COLUMN per_minute INTEGER CHECK (per_minute > 0);
