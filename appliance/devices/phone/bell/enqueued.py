"""What the log buffer `events` says when an app posts a notification.

`notification_enqueue: [uid,pid,pkg,id,tag|NULL,user,Notification(…),status]`, newer builds with
`,app_provided` (event-log-tags of AOSP's system server). The line goes on elsewhere where a tag
holds a line break, as WhatsApp's do; the package stands before that.
"""

import re

# `exec`: the shell does not stay behind. One old entry, then what comes.
COMMAND = "exec logcat -b events -v tag -T 1 notification_enqueue:I '*:S'"

_POSTED = re.compile(r"\bnotification_enqueue\s*(?:\(\s*\d+\))?: \[\d+,\d+,([\w.]+),")


def package_in(line: str) -> str | None:
    """The app that posted, or None: another entry, or the rest of one that was split."""
    found = _POSTED.search(line)
    return found[1] if found else None
