"""The command line: every verb works on a data directory beside a running Balie."""
