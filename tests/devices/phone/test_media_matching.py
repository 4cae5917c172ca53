"""Which file is whose: sure, or not said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.media_protocol import WantedFile
from appliance.devices.phone.adb.files import PhoneFile
from appliance.devices.phone.whatsapp.media import told_medium
from appliance.devices.phone.whatsapp.media_folders import fits
from appliance.devices.phone.whatsapp.media_matching import matched
from appliance.media.kinds import MediaKind

MINUTE_S = 60


def wanted(media_id: str, at_s: int, *, chat: str = "anna", words: str = "Foto") -> WantedFile:
    document = "." in words
    return WantedFile(
        media_id=media_id,
        kind=MediaKind.DOCUMENT if document else MediaKind.IMAGE,
        sign="📄" if document else "📷",
        words=words,
        chat=chat,
        written_ms=at_s * 1000,
        came_ms=at_s * 1000,
    )


def file(name: str, at_s: int) -> PhoneFile:
    return PhoneFile(path=f"/media/{name}", size=1, changed_s=at_s)


def pairs(asked: list[WantedFile], files: list[PhoneFile]) -> dict[str, str]:
    found = matched(asked, files, lambda each, one: fits(each, one, ahead_ms=0))
    return {media_id: one.name for media_id, one in found.items()}


def test_one_message_and_one_file_are_a_pair() -> None:
    """A file from before it came is not its."""
    asked = [wanted("a", 1000)]
    assert pairs(asked, [file("old", 900), file("new", 1002)]) == {"a": "new"}
    assert pairs(asked, [file("one", 1001), file("two", 1002)]) == {}


def test_time_tells_them_apart() -> None:
    """The file that was there before the second message came is the first one's."""
    asked = [wanted("a", 1000), wanted("b", 1100, chat="ben")]
    assert pairs(asked, [file("one", 1003), file("two", 1104)]) == {"a": "one", "b": "two"}


def test_two_people_at_once_are_not_told_apart() -> None:
    """Neither of them gets either file."""
    asked = [wanted("a", 1000), wanted("b", 1001, chat="ben")]
    assert pairs(asked, [file("one", 1003), file("two", 1003)]) == {}
    assert pairs(asked, [file("one", 1003)]) == {}


def test_files_of_one_person_keep_their_order() -> None:
    """As many as the photos of an album; one too few says nothing."""
    asked = [wanted("a", 1000), wanted("b", 1000), wanted("c", 1001)]
    files = [file("WA2", 1003), file("WA0", 1002), file("WA1", 1002)]
    assert pairs(asked, files) == {"a": "WA0", "b": "WA1", "c": "WA2"}
    assert pairs(asked, files[:2]) == {}


def test_a_document_is_known_by_its_name() -> None:
    """Whoever sent something at the same time."""
    asked = [wanted("a", 1000, words="CV.pdf (2 pagina's)"), wanted("b", 1000, words="x.pdf")]
    assert pairs(asked, [file("x.pdf", 1002), file("CV.pdf", 1002)]) == {
        "a": "CV.pdf",
        "b": "x.pdf",
    }


@given(
    st.lists(st.tuples(st.integers(0, 900), st.sampled_from("abc")), max_size=6),
    st.lists(st.integers(0, 900), max_size=6),
)
def test_no_file_is_ever_two_messages(asked: list[tuple[int, str]], at: list[int]) -> None:
    """Each pair fits, whatever comes when."""
    every = [wanted(str(n), at_s, chat=chat) for n, (at_s, chat) in enumerate(asked)]
    files = [file(f"f{n}", at_s) for n, at_s in enumerate(at)]
    found = matched(every, files, lambda each, one: fits(each, one, ahead_ms=0))
    assert len(set(found.values())) == len(found)
    by_id = {each.media_id: each for each in every}
    assert all(fits(by_id[media_id], one, ahead_ms=0) for media_id, one in found.items())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("📷 Foto", MediaKind.IMAGE),
        ("🎤 Spraakbericht (0:07)", MediaKind.VOICE),
        ("📌 Live locatie", MediaKind.LOCATION),
        ("📌 Kerkstraat 5, Tilburg", None),
        ("📊 Wie kan er?", None),
        ("📷Foto", None),
        ("Zie 📷 Foto", None),
        ("", None),
    ],
)
def test_a_medium_is_told_by_its_sign(text: str, kind: MediaKind | None) -> None:
    """Followed by a space; an address is no place that somebody sent."""
    found = told_medium(text)
    assert (found.kind if found else None) is kind
