"""SQLite: schema, migrations, one writer, many readers, the event log."""
