"""All SQL on the tables that only the office has (`office/sql/`)."""
