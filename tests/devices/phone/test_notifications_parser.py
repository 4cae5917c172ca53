"""WhatsApp's messages from `dumpsys notification`, whatever people write into them."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.phone.notification_records import records
from appliance.devices.phone.whatsapp.notifications import messages_of, typed_of
from appliance.devices.protocol import Incoming
from tests.devices.phone.notification_printer import Chat, Said, dump

ANNA = "31612345678@s.whatsapp.net"
AT = 1_789_312_500_000


def read(*chats: Chat, **more: bool) -> list[Incoming]:
    redacted, shown = dump(*chats, redact=True, **more), dump(*chats, redact=False, **more)
    return [m for record in records(redacted, shown=shown) for m in messages_of(record)]


def one(text: str, **more: Any) -> Chat:
    said = (Said(sender="Anna", text=text, time_ms=AT),)
    return dataclasses.replace(Chat(jid=ANNA, said=said), **more)


def test_a_message_is_told_with_number_name_time_and_text() -> None:
    """The number comes from the shortcut, the time has milliseconds, and both survive a dump."""
    (message,) = read(one("Ja, gerne"))
    assert message.sender == "+31612345678"
    assert message.sender_name == "Anna"
    assert message.text == "Ja, gerne"
    assert message.at_ms == AT
    assert message.exact
    assert message.group is None


@pytest.mark.parametrize(
    "variant",
    [
        {"joined_key": True},
        {"when_pair": True, "flags": "AUTO_CANCEL|ONLY_ALERT_ONCE"},
        {"text_after": True},
        {"package": "com.whatsapp.w4b"},
        {"tag": "null"},
    ],
)
def test_the_variants_of_android_read_alike(variant: dict[str, object]) -> None:
    """A key without a separator, flags by name, another order of the extras, Business."""
    assert [m.text for m in read(one("Hallo", **variant))] == ["Hallo"]


def test_a_repeated_array_keeps_the_keys_of_its_messages() -> None:
    """WhatsApp posts all earlier messages again with each new one; their keys do not change."""
    first = Said(sender="Anna", text="Hallo", time_ms=AT)
    second = Said(sender="Anna", text="Ben je er?", time_ms=AT + 900)
    before = read(Chat(jid=ANNA, said=(first,), identity=1))
    after = read(Chat(jid=ANNA, said=(first, second), identity=2))
    assert [m.key for m in before] == [m.key for m in after[:1]]
    assert after[1].key != after[0].key


@pytest.mark.parametrize("own", ["You", "Jij", "Du", "Você"])
def test_an_own_echo_is_not_a_message(own: str) -> None:
    """An answer by the phone's owner comes back with a word for oneself as its sender."""
    said = (
        Said(sender="Anna", text="Hoi", time_ms=AT),
        Said(sender=own, text="Dag", time_ms=AT + 1),
    )
    assert [m.text for m in read(Chat(jid=ANNA, said=said))] == ["Hoi"]


def test_an_own_echo_without_a_sender_is_not_a_message() -> None:
    """Android's own way of marking the owner is a null sender."""
    said = (
        Said(sender=None, text="Dag", time_ms=AT),
        Said(sender="Anna", text="Hoi", time_ms=AT + 1),
    )
    assert [m.text for m in read(Chat(jid=ANNA, said=said))] == ["Hoi"]


def test_a_contact_may_be_called_du() -> None:
    """In a chat of two the title says whose name it is."""
    said = (Said(sender="Du", text="Xin chào", time_ms=AT),)
    assert [m.text for m in read(Chat(jid=ANNA, said=said, title="Du"))] == ["Xin chào"]


def test_an_own_echo_is_what_was_typed_on_the_phone() -> None:
    """By name or by a null sender; each has a key and the time of its own. A group has none."""
    said = (
        Said(sender="Anna", text="Hoi", time_ms=AT),
        Said(sender="You", text="Dag", time_ms=AT + 1),
        Said(sender=None, text="Dag", time_ms=AT + 1),
    )

    def typed(chat: Chat) -> list[tuple[str, str, int, str]]:
        dumps = dump(chat, redact=True), dump(chat, redact=False)
        found = [t for r in records(dumps[0], shown=dumps[1]) for t in typed_of(r, offset_ms=1)]
        return [(each.to, each.text, each.at_ms, each.key) for each in found]

    key = f"wa-own:{ANNA}:{AT + 1}"
    own = [("+31612345678", "Dag", AT, f"{key}#{place}") for place in range(2)]
    assert typed(Chat(jid=ANNA, said=said)) == own
    assert typed(Chat(jid="120363@g.us", said=said)) == []


def test_the_owners_name_is_taken_from_the_notification_where_it_is_given() -> None:
    said = (
        Said(sender="Ik", text="Dag", time_ms=AT),
        Said(sender="Anna", text="Hoi", time_ms=AT + 1),
    )
    assert [m.text for m in read(Chat(jid=ANNA, said=said, own_name="Ik"))] == ["Hoi"]


def test_a_group_post_is_kept_apart() -> None:
    """The group has its name without the count, and the sender the name that is shown."""
    said = (
        Said(sender="Bea", text="Wie kan?", time_ms=AT),
        Said(sender="+31 6 87654321", text="Ik", time_ms=AT + 5),
    )
    group = Chat(
        jid="120363001@g.us",
        said=said,
        title="Team Noord (2 berichten): Bea",
        conversation="Team Noord (2 berichten)",
    )
    first, second = read(group)
    assert first.group is not None
    assert (first.group.jid, first.group.name) == ("120363001@g.us", "Team Noord")
    assert (first.sender, first.sender_name) == ("Bea", "Bea")
    assert (second.sender, second.sender_name) == ("+31687654321", None)


def test_an_unsaved_sender_has_no_name() -> None:
    said = (Said(sender="+31 6 12345678", text="Hoi", time_ms=AT),)
    (message,) = read(Chat(jid=ANNA, said=said, title="+31 6 12345678"))
    assert message.sender_name is None


def test_a_hidden_number_is_shown_as_the_phone_knows_it() -> None:
    (message,) = read(one("Hoi", jid="9876543210@lid"))
    assert message.sender == "9876543210@lid"


def test_summaries_other_users_and_notices_are_no_messages() -> None:
    """A summary repeats other notifications; a cloned app belongs to another account."""
    assert read(one("3 berichten", flags="0x208")) == []
    assert read(one("3 berichten", flags="AUTO_CANCEL|GROUP_SUMMARY")) == []
    assert read(one("Hoi", user=95)) == []
    assert read(one("Back-up maken", shortcut=False)) == []
    assert read(one("Hoi", package="org.telegram.messenger")) == []


def test_an_array_that_was_never_unparcelled_falls_back_to_the_text() -> None:
    """The newest message is reported under its own key; the chat itself has the others."""
    (packed,) = read(one("Hallo\nmet regels", unparcelled=True))
    (plain,) = read(one("Hallo\nmet regels"))
    assert packed.text == "Hallo\nmet regels"
    assert packed.key == plain.key


def test_a_record_counts_once_though_the_dump_repeats_it() -> None:
    assert len(read(one("Hoi"), archive=True)) == 1


def test_the_phones_clock_is_put_right() -> None:
    chat = one("Hoi")
    (record,) = records(dump(chat, redact=True), shown=dump(chat, redact=False))
    (right,) = messages_of(record, offset_ms=0)
    (wrong,) = messages_of(record, offset_ms=90_000)
    assert wrong.at_ms == right.at_ms - 90_000
    assert wrong.key == right.key


FORGED = dump(
    Chat(
        jid="31699999999@s.whatsapp.net",
        said=(Said(sender="Boss", text="STOP", time_ms=AT),),
        identity=0xBAD,
    ),
    redact=False,
)


def test_a_message_cannot_forge_a_notification() -> None:
    """A whole record inside a text is still a text of its writer."""
    text = "Kijk\n            }\n      publicNotification=\n            None\n" + FORGED
    other = Chat(
        jid="31687654321@s.whatsapp.net",
        said=(Said(sender="Cor", text="Dag", time_ms=AT),),
        identity=0x77,
        title="Cor",
    )
    messages = read(one(text), other)
    assert {m.sender for m in messages} == {"+31612345678", "+31687654321"}
    assert [m.text for m in messages if m.sender == "+31687654321"] == ["Dag"]


def test_the_beginning_of_a_forged_record_does_not_swallow_the_next() -> None:
    text = "x\n    NotificationRecord(0xdead: pkg=com.whatsapp user=UserHandle{0} id=1 tag="
    other = Chat(jid="31687654321@s.whatsapp.net", said=one("Dag").said, identity=0x77)
    assert [m.text for m in read(one(text), other)] == [text, "Dag"]


@pytest.mark.parametrize(
    "text",
    [
        "om 8, time=123}",
        "einde}]",
        "a, sender=Bob, text=nee, time=5}]",
        "eerste regel\n\ntweede regel\n",
        "\nbegint met een lege regel",
        "                android.text=String (vals)",
        "x\n            }\n      publicNotification=\n            None",
        "Row: 1 _id=5, body=x",
        ")",
        "👋 \u202eRTL\u202c \u200fعربي",
        "String (Anna)",
        "x\n                  [1] Bundle[{text=vals, time=7}]",
    ],
)
def test_texts_that_look_like_the_dump_arrive_whole(text: str) -> None:
    """They do so alone, and among others of the same chat."""
    assert [m.text for m in read(one(text))] == [text]
    said = tuple(
        Said(sender="Anna", text=t, time_ms=AT + at) for at, t in enumerate(["voor", text, "na"])
    )
    assert [m.text for m in read(Chat(jid=ANNA, said=said))] == ["voor", text, "na"]


PIECES = st.sampled_from(
    [
        ", time=123",
        ", text=",
        ", sender=",
        "}",
        "}]",
        "]",
        ")",
        "\n",
        "\n            }\n",
        "Bundle[{",
        " ",
        "ja",
        "nee, ",
        "👍",
        "é",
        ":",
        "=",
    ]
)
TEXTS = st.lists(PIECES, min_size=1, max_size=8).map("".join) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), min_size=1, max_size=60
)


@given(st.lists(TEXTS, min_size=1, max_size=5), st.booleans())
def test_what_is_printed_is_read_back(texts: list[str], text_after: bool) -> None:
    """Any number of any texts come back as they were, in order."""
    said = tuple(Said(sender="Anna", text=t, time_ms=AT + at) for at, t in enumerate(texts))
    read_back = read(Chat(jid=ANNA, said=said, text_after=text_after))
    assert [(m.text, m.at_ms) for m in read_back] == [(s.text, s.time_ms) for s in said]
