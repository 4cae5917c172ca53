"""What Balie takes for true of phones that nobody has shown it yet, and what would show it.

Each is asked by checks of the tour, or stands in `UNASKED` with what stands in the way.
"""

from collections.abc import Mapping

MARKS: Mapping[str, str] = {
    "dump-prints": "The shell's own dump prints the screen's hierarchy, beside no other reader",
    "focus-names": "The activity in front is named as Balie reads it",
    "sms-role": "A role names the default app for SMS as its setting does",
    "call-log": "The shell may read the list of calls on this release of Android",
    "cycles": "The battery tells its health or its cycles where Balie looks",
    "own-limit": "A Samsung's own limit for charging stands in the setting that Balie knows",
    "bell-readable": "The shell may listen to the log of notifications",
    "bell-status": "The log's last figure is 0 for a new notification and 1 for a changed one",
    "sms-rows": "The shell may read SMS, also where the maker restricts it",
    "sims-told": "The SIM cards are told as Balie reads them",
    "clock-ms": "The phone's clock tells milliseconds",
    "texts-shown": "Nothing is left out of the texts of notifications",
    "chats-list": "The list of chats is built as in the releases that are known",
    "hint-words": "The empty entry says Message, or Bericht in Dutch",
    "rows-known": "Rows of a chat are built as in the releases that are known",
    "tick-words": "Ticks are described by the words that are known, in Dutch, too",
    "pending-word": "A message that waits is described by the word that is known, in Dutch, too",
    "edited-word": "An edited message says Edited, or Bewerkt in Dutch",
    "media-button": "A file that is not downloaded has the button that Balie taps",
    "long-text": "A long text ends in the words that open the rest of it",
    "system-row": "What changed in a group stands in a row without a time",
    "sms-app": "Entry and button of the app for SMS have the ids that are known",
    "spinner": "What shows while a number is looked up is built as Balie expects",
    "no-account-words": "A number without WhatsApp is answered by the words that are known",
    "owner-page": "The owner's page opens by its name, and its rows say name and picture",
    "owner-number": "The owner's page says the number of the account, without scrolling far",
    "owner-menu": "The menu of the list leads to the settings by the word that is known",
    "jid-opens": "WhatsApp obeys the address of a chat that a text is handed over with",
    "reply-menu": "A text that is pressed long offers the reply that Balie knows",
    "reply-frame": "An answer that is begun shows whom and what it answers, and how to end it",
    "album": "Photos in a row are drawn as one, with a number on the last",
    "group-page": "The page of a group has the ids and words that Balie reads members by",
    "group-menu": "A group's name is changed behind the words that are known",
    "chat-address": "A notification names its chat by the address of the account",
    "edit-reposts": "An edited message is posted again at its own time",
    "deletion-reposts": "A deleted message is posted again, with the known sentence in its place",
    "code-shown": "A text with a code is not hidden, on Android 15 and later, too",
    "call-notice": "A missed WhatsApp call is known by its notification",
    "group-name-told": "A changed name of a group makes a notification",
    "group-picture-told": "A changed picture of a group makes a notification",
    "archive-silent": "What comes to an archived chat makes no notification",
    "reaction-words": "A reaction is told from a message by its words, in Dutch, too",
    "closed-words": "Bans, log-outs and old versions are said by the words that are known",
    "registration-pages": "The pages of registration have the names that are known",
    "crash-buttons": "The dialogs of an app that stopped have the buttons that are known",
    "thirty-sms": "Android asks its owner after some thirty SMS of one app",
    "file-handed": "WhatsApp takes a file by its path or its row, and its address is obeyed",
    "most-notices": "Android keeps at most fifty notifications of an app",
    "draft-stays": "A draft that stands in a chat gives way to a text that opens it",
    "hidden-opens": "The chat of a hidden number opens from its notification",
    "port-power": "A hub that lists a port as switched alone does so",
}

UNASKED: Mapping[str, str] = {
    "closed-words": "An account would have to be banned or logged out.",
    "registration-pages": "The number would have to be registered anew; the page of the set-up"
    " names each of them when that is done.",
    "crash-buttons": "An app would have to crash.",
    "thirty-sms": "It would take thirty SMS; Balie stays below that number.",
    "file-handed": "A file would have to be sent; the first one that leaves shows it.",
    "most-notices": "It would take fifty chats.",
    "draft-stays": "A draft of somebody's would be lost; Balie puts what it finds back.",
    "hidden-opens": "Somebody who hides their number would have to write.",
    "port-power": "The phone would be gone in the midst of the tour; `uhubctl` shows it.",
}
"""Why the tour does not ask."""
