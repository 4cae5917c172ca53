"""What can be changed in a group, and how far a change has come; the database spells them so."""

from enum import Enum


class GroupChangeKind(Enum):
    #: Nothing is changed: name and members are read.
    READ = "read"
    CREATE = "create"
    RENAME = "rename"
    PICTURE = "picture"
    ADD = "add"
    REMOVE = "remove"
    LEAVE = "leave"
    #: Only admins may change name and picture from now on.
    LOCK = "lock"


class GroupTaskState(Enum):
    WAITING = "waiting"
    #: A phone has it in hand, or had it when Balie stopped.
    DOING = "doing"
    DONE = "done"
    FAILED = "failed"
    #: It waits until somebody presses the button.
    PERSON = "person"
