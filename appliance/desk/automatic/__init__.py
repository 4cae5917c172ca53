"""What a line says by itself when nobody answers: rules, their words, who is there, the trial."""
