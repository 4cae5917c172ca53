"""Which of WhatsApp's notifications is a message, a call or neither, whatever its words."""

import dataclasses
from typing import Any

import pytest

from appliance.channels import Channel
from appliance.devices.news_protocol import MissedCall
from appliance.devices.phone.notification_records import Flag, NotificationRecord, records
from appliance.devices.phone.whatsapp.message_words import form_of
from appliance.devices.phone.whatsapp.notifications import messages_of, missed_call_of
from appliance.devices.protocol import Incoming, TextForm
from tests.devices.phone.notification_printer import Chat, Said, dump

ANNA = "31612345678@s.whatsapp.net"
AT = 1_789_312_500_000


def record(chat: Chat, *, before: str = "") -> NotificationRecord:
    (found,) = records(before + dump(chat, redact=True), shown=before + dump(chat, redact=False))
    return found


def one(text: str, **more: Any) -> Chat:
    said = (Said(sender="Anna", text=text, time_ms=AT),)
    return dataclasses.replace(Chat(jid=ANNA, said=said), **more)


def read(chat: Chat, **more: str) -> list[Incoming]:
    return messages_of(record(chat, **more))


def call(chat: Chat) -> MissedCall | None:
    return missed_call_of(record(chat))


def said_at(*texts: str, sender: str = "Anna") -> tuple[Said, ...]:
    return tuple(Said(sender=sender, text=text, time_ms=AT) for text in texts)


# One message, and another text of it


def test_another_text_at_the_same_moment_is_the_same_message() -> None:
    """Waiting text, words, an edit and a deletion have one key; only the words are words."""
    texts = [
        "Wachten op dit bericht. Dit kan even duren.",
        "Ik kom om 8 uur",
        "Ik kom om 9 uur",
        "Dit bericht is verwijderd",
    ]
    told = [message for text in texts for message in read(one(text))]
    assert len({message.key for message in told}) == 1
    assert [m.form for m in told] == [
        TextForm.WAITING,
        TextForm.WORDS,
        TextForm.WORDS,
        TextForm.DELETED,
    ]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Waiting for this message. This may take a while.", TextForm.WAITING),
        ("Wachten op dit bericht…", TextForm.WAITING),
        ("\u200eDit bericht is verwijderd", TextForm.DELETED),
        ("This message was deleted.", TextForm.DELETED),
        ("Wachten op dit bericht is vervelend", TextForm.WORDS),
        ("Dit bericht is verwijderd, zie ik?", TextForm.WORDS),
        ("Wat een wachten op dit bericht. Toch?", TextForm.WORDS),
    ],
)
def test_only_whatsapps_whole_sentence_stands_for_a_message(text: str, form: TextForm) -> None:
    assert form_of(text) is form


def test_two_messages_of_one_moment_are_two() -> None:
    """Their place tells two messages of one notification apart, with equal texts or not."""
    keys = [m.key for m in read(Chat(jid=ANNA, said=said_at("ja", "ja", "nee")))]
    assert len(set(keys)) == 3
    edited = [m.key for m in read(Chat(jid=ANNA, said=said_at("ja", "ja hoor", "nee")))]
    assert edited == keys


def test_senders_of_a_group_do_not_share_a_moment() -> None:
    said = (*said_at("ja", sender="Bea"), *said_at("ja", sender="Cor"))
    group = Chat(jid="120363001@g.us", said=said, title="Team: Cor", conversation="Team")
    assert len({m.key for m in read(group)}) == 2


# No messages


@pytest.mark.parametrize(
    "more",
    [
        {"flags": "0x48"},
        {"flags": "FOREGROUND_SERVICE|ONLY_ALERT_ONCE"},
        {"flags": "0x208"},
        {"progress": 100},
        {"channel": "sending_media@1"},
        {"channel": "chat_history_backup@1"},
        {"channel": "other_notifications@1"},
        {"channel": "failure_notifications@1"},
        {"channel": "critical_app_alerts@1"},
        {"category": "service"},
        {"category": "progress"},
        {"category": "call"},
        {"array": False},
        {"jid": "status@broadcast"},
        {"jid": "31612345678-1600000000@broadcast"},
        {"jid": "120363144038483540@newsletter"},
        {"jid": "0@s.whatsapp.net"},
    ],
)
@pytest.mark.parametrize("text", ["Controleren op nieuwe berichten", "Hoi"])
def test_what_is_no_message_is_known_by_its_structure(more: dict[str, object], text: str) -> None:
    """Channel, category, flags by number and by name, progress, no array, whose chat it is."""
    assert read(one(text, **more)) == []
    assert call(one(text, **more)) is None or more == {"category": "call"}


@pytest.mark.parametrize(
    "text",
    [
        'Reacted 👍 to "Kun je morgen?"',
        "Reacted ❤️ to “Kun je\nmorgen?”",
        'Reageerde met 👷🏽‍♀️ op "Kun je morgen?"',
        'Heeft met 😂 gereageerd op: "Kun je morgen?"',
    ],
)
def test_a_reaction_is_no_message(text: str) -> None:
    """It is known by its parts if its words are unknown: an emoji, a verb, a quoted message."""
    said = (*said_at("Hoi"), Said(sender="Anna", text=text, time_ms=AT + 5))
    assert [m.text for m in read(Chat(jid=ANNA, said=said))] == ["Hoi"]


@pytest.mark.parametrize(
    "text",
    [
        "👍",
        'Ik zei 👍 tegen "de baas"',
        "Ik reageer morgen 👍",
        'Gereageerd op "de advertentie"',
        'Hij reageerde niet, ik ook niet, wat een gedoe 👍 zeg "ja"',
    ],
)
def test_what_somebody_writes_about_reacting_is_a_message(text: str) -> None:
    assert [m.text for m in read(one(text))] == [text]


# Calls


@pytest.mark.parametrize(
    "more",
    [
        {"category": "missed_call"},
        {"category": "call"},
        {"category": None, "tag": "wa_missed_call_notifications"},
        {"category": None, "title": "Gemiste spraakoproep"},
        {"category": None, "title": "2 spraakoproepen gemist"},
        {"category": None, "title": "Missed video call"},
    ],
)
def test_a_call_that_nobody_took_is_a_missed_call(more: dict[str, object]) -> None:
    """With the number of the chat's account; it is no text."""
    chat = one("Anna", array=False, **more)
    assert read(chat) == []
    assert call(chat) == MissedCall(
        key=f"wa-call:{ANNA}:{AT}", number="+31612345678", at_ms=AT, channel=Channel.WHATSAPP
    )


@pytest.mark.parametrize(
    "more",
    [
        {"flags": "0x62"},
        {"flags": "ONGOING_EVENT|FOREGROUND_SERVICE"},
        {"flags": "0x2"},
        {"template": "CallStyle"},
        {"rings": True},
    ],
)
def test_a_call_that_still_rings_is_nothing(more: dict[str, object]) -> None:
    chat = one("Inkomende spraakoproep", array=False, category="call", **more)
    assert (read(chat), call(chat)) == ([], None)


def test_a_call_without_a_chat_is_known_by_the_number_it_shows() -> None:
    """A name alone does not show whose call it was."""
    more: dict[str, object] = {"array": False, "category": "missed_call", "shortcut": False}
    shown = call(one("+31 6 12345678", **more))
    assert shown is not None
    assert shown.number == "+31612345678"
    assert call(one("Anna", **more)) is None


def test_a_hidden_callers_call_keeps_their_jid() -> None:
    found = call(one("Anna", array=False, category="missed_call", jid="9876543210@lid"))
    assert found is not None
    assert found.number == "9876543210@lid"


# Names and counts


@pytest.mark.parametrize("own", ["You", "U", "Je", "Jij", "Du", "Ty", "Dvs.", "Siz", "Ви", "Vous"])
def test_the_owner_has_a_name_in_every_language(own: str) -> None:
    said = (*said_at("Hoi"), Said(sender=own, text="Dag", time_ms=AT + 1))
    assert [m.text for m in read(Chat(jid=ANNA, said=said))] == ["Hoi"]


@pytest.mark.parametrize(
    "title",
    [
        "Team (3 messages)",
        "\u200eTeam (3 berichten)",
        "Team (3 Nachrichten)",
        "Team (3 wiadomości)",
        "Team (3 mesaje)",
        "Team (21 de mesaje)",
        "Team (3 съобщения)",
        "Team (3 mesaj)",
        "Team (3 повідомлень)",
        "Team (1 повідомлення)",
    ],
)
def test_a_count_behind_a_name_is_no_part_of_it(title: str) -> None:
    group = Chat(jid="120363001@g.us", said=said_at("Hoi"), title=title, conversation=title)
    (message,) = read(group)
    assert message.group is not None
    assert message.group.name == "Team"
    # In a chat of two, a contact called U is still not the owner.
    said = said_at("Hoi", sender="U")
    named = Chat(jid=ANNA, said=said, title=title.replace("Team", "U"))
    assert [m.text for m in read(named)] == ["Hoi"]


def test_a_group_whose_array_cannot_be_read_names_the_sender() -> None:
    """The notification's own title has both, behind the count."""
    group = Chat(
        jid="120363001@g.us",
        said=said_at("Hoi"),
        title="\u200eTeam (2 berichten): Bea",
        conversation="\u200eTeam (2 berichten)",
        unparcelled=True,
    )
    (message,) = read(group)
    assert (message.sender, message.text) == ("Bea", "Hoi")


# Records


@pytest.mark.parametrize("before", ["", "WARNING: linker: /system/lib: unused DT entry\n" * 3])
def test_lines_of_the_linker_before_the_dump_change_nothing(before: str) -> None:
    assert [m.text for m in read(one("Hoi"), before=before)] == ["Hoi"]


@pytest.mark.parametrize(
    ("printed", "flags"),
    [
        ("0x248", Flag.FOREGROUND_SERVICE | Flag.GROUP_SUMMARY),
        ("0x2", Flag.ONGOING_EVENT),
        ("0x0", Flag(0)),
        ("0", Flag(0)),
        ("ONLY_ALERT_ONCE", Flag(0)),
        ("ONGOING_EVENT|FOREGROUND_SERVICE", Flag.ONGOING_EVENT | Flag.FOREGROUND_SERVICE),
    ],
)
def test_flags_are_read_by_number_and_by_name(printed: str, flags: Flag) -> None:
    assert record(one("Hoi", flags=printed)).flags == flags
