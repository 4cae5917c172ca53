"""What the phone says when it is asked to start an app."""

_ECHO = "Starting: "
_FAILURES = ("Error", "Exception")
_KEPT = 200


def complaint_in(said: str) -> str:
    """What `am start` prints where it fails, cut; empty where the app was started.

    The first line of the output echoes the intent with its data, so it is left out; a linker or a
    vendor may have put lines before it.
    """
    _, echo, behind = said.partition(_ECHO)
    told = behind.partition("\n")[2] if echo else said
    return told[:_KEPT] if any(word in told for word in _FAILURES) else ""
