"""What is uncertain about phones, as questions to one. Balie sends nothing: people do, by hand."""
