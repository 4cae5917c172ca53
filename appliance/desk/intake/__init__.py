"""What devices tell: each message kept, answered by a rule, and changed when it changes."""
