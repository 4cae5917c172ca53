"""The kinds of data that a column may hold."""

from enum import StrEnum


class DataClass(StrEnum):
    IDENTITY = "identity"
    """Who somebody is: a number, a name, a group's address."""
    CONTENT = "content"
    """What people wrote, were sent or are about to be sent."""
    OFFICE = "office"
    """What the office set up, or says of its own people, branches, lines and devices."""
    EVIDENCE = "evidence"
    """What proves that something was agreed, sent or done, and by whom."""
    TECHNICAL = "technical"
    """Ids, places in a queue, marks of time: data that says nothing without the rest."""
