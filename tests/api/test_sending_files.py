"""Messages with a file: accepted like any other, and never sent without it."""

import httpx
import pytest

from appliance.api.web.refusal import FIELDS
from appliance.desk.access.tokens import Scope
from appliance.store import line_settings
from tests.api.browser import Browser
from tests.api.office import Caller, Desk, Office
from tests.api.test_media import upload
from tests.media import samples

ANNA = "+31687654321"
PHOTO = samples.photo()


def message(desk: Desk, *files: str, **more: object) -> dict[str, object]:
    return {"line": desk.number, "to": ANNA, "media": list(files), **more}


def uploaded(caller: Caller, name: str = "foto.jpg", content: bytes = PHOTO) -> str:
    return str(upload(caller, content, name).json()["id"])


def refused(answer: httpx.Response) -> tuple[int, str, str]:
    problem = answer.json()
    return answer.status_code, problem["field"], problem["detail"]


@pytest.mark.parametrize("text", [None, "", "Zo vind je ons."])
def test_a_photo_is_a_message_with_or_without_words(
    office: Office, tilburg: Desk, planning: Caller, text: str | None
) -> None:
    """It waits for WhatsApp, and is shown with its file."""
    office.writes(ANNA, tilburg)
    words = {} if text is None else {"text": text}
    answer = planning.post(message(tilburg, file := uploaded(planning), **words))
    assert answer.status_code == 202, answer.text
    shown = planning.get(f"/messages/{answer.json()['id']}").json()
    assert shown["text"] == (text or "")
    assert [(each["id"], each["kind"], each["state"]) for each in shown["media"]] == [
        (file, "image", "here")
    ]
    wanted = office.store.read(
        lambda conn: conn.execute("SELECT wanted FROM message WHERE direction = 'out'").fetchone()
    )
    assert wanted[0] == "whatsapp"


def test_a_message_needs_words_or_a_file(office: Office, tilburg: Desk, planning: Caller) -> None:
    office.writes(ANNA, tilburg)
    status, field, _ = refused(planning.post({"line": tilburg.number, "to": ANNA}))
    assert (status, field) == (422, "text")
    status, field, _ = refused(planning.post(message(tilburg)))
    assert (status, field) == (422, "text")


def test_a_file_that_cannot_be_sent_is_refused_with_what_to_do(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """Nobody's file, another token's, SMS, sound with words, one that is gone."""
    office.writes(ANNA, tilburg)
    mine, gone = uploaded(planning), uploaded(planning, "rooster.pdf", samples.PDF)
    sound = uploaded(planning, "note.ogg", samples.voice())
    theirs = uploaded(office.caller(frozenset({Scope.MEDIA_WRITE})))
    office.store.write(
        lambda tx: tx.conn.execute("UPDATE media SET state = 'erased' WHERE id = ?", (gone,))
    )
    for files, more, words in (
        (("01977d2e-6d22-7b1c-8a45-3f0f1f3d9b77",), {}, "no such file"),
        (("x",), {}, "no such file"),
        ((theirs,), {}, "no such file"),
        ((mine,), {"channel": "sms"}, "SMS carries no files"),
        ((sound,), {"text": "Luister"}, "no words beside sound"),
        ((gone,), {}, "Upload it again"),
    ):
        status, field, detail = refused(planning.post(message(tilburg, *files, **more)))
        assert (status, field) == (422, "media"), detail
        assert words in detail
    assert office.count("message_media") == 0


def test_a_file_answers_no_message(office: Office, tilburg: Desk, planning: Caller) -> None:
    """It says so before anything is promised, and what to do instead; words alone answer."""
    office.writes(ANNA, tilburg, "Waar is het?")
    items = planning.get("/messages").json()["items"]
    said = next(each for each in items if each["text"] == "Waar is het?")
    quoting = {"text": "Hier", "quotes": said["id"]}
    status, field, detail = refused(planning.post(message(tilburg, uploaded(planning), **quoting)))
    assert (status, field) == (422, "media")
    assert "Send the text" in detail
    assert planning.post(message(tilburg, **quoting)).status_code == 202


def test_several_files_are_one_message(office: Office, tilburg: Desk, planning: Caller) -> None:
    """In their order, the same one twice where wanted; never more than WhatsApp takes."""
    office.writes(ANNA, tilburg)
    photo, pdf = uploaded(planning), uploaded(planning, "rooster.pdf", samples.PDF)
    sound = uploaded(planning, "note.ogg", samples.voice())
    answer = planning.post(message(tilburg, photo, pdf, sound, photo, text="Zo"))
    assert answer.status_code == 202, answer.text
    shown = planning.get(f"/messages/{answer.json()['id']}").json()
    assert [each["id"] for each in shown["media"]] == [photo, pdf, sound, photo]
    status, field, _ = refused(planning.post(message(tilburg, *[photo] * 31)))
    assert (status, field) == (422, "media")


def test_a_line_without_whatsapp_takes_no_file(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """A modem carries none, so the message would wait for ever."""
    office.writes(ANNA, tilburg)
    office.store.write(lambda tx: tx.conn.execute("DELETE FROM route WHERE channel = 'whatsapp'"))
    status, field, detail = refused(planning.post(message(tilburg, uploaded(planning))))
    assert (status, field) == (422, "media")
    assert "Send the text alone" in detail


def test_whoever_did_not_agree_gets_no_file(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    answer = planning.post(message(tilburg, uploaded(planning)))
    assert (answer.status_code, answer.json()["code"]) == (409, "consent-required")


def conversation(office: Office, desk: Desk) -> str:
    office.writes(ANNA, desk)
    return office.store.read(
        lambda conn: str(conn.execute("SELECT id FROM conversation").fetchone()[0])
    )


def post_file(
    browser: Browser, address: str, content: bytes, name: str = "foto.jpg", **fields: str
) -> httpx.Response:
    return browser.client.post(
        address,
        data=fields,
        files={"file": (name, content)},
        headers={"Accept-Language": "en"},
    )


def test_a_colleague_sends_a_file_from_a_form(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    """Without a script too; the same name sent twice is one message."""
    address = f"/c/{conversation(office, tilburg)}/files"
    fields = {"csrf": sanne.csrf, "text": "Zo", "client_id": "c1"}
    answer = post_file(sanne, address, PHOTO, **fields)
    assert (answer.status_code, answer.headers["location"]) == (303, address.removesuffix("/files"))
    assert post_file(sanne, address, PHOTO, **fields).status_code == 303
    assert office.count("message WHERE direction = 'out' AND text = 'Zo'") == 1
    page = sanne.get(address.removesuffix("/files")).text
    assert "/thumbnail" in page


def test_a_file_of_a_form_is_checked_like_every_other(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    """Its words stay in the field; nothing is kept of it."""
    address = f"/c/{conversation(office, tilburg)}/files"
    for content in (b"", b"MZ a program"):
        answer = post_file(sanne, address, content, "x.exe", csrf=sanne.csrf, text="Zo")
        assert answer.status_code == 422
        assert FIELDS["file"] in answer.text
        assert ">Zo</textarea>" in answer.text
    assert post_file(sanne, address, PHOTO, csrf="guessed").status_code == 403
    large = sanne.client.post(
        address, content=b"", headers={"Content-Length": "0", "X-CSRF-Token": sanne.csrf}
    )
    assert large.status_code == 422
    assert office.count("message WHERE direction = 'out' AND staff_id IS NOT NULL") == 0


def test_a_form_takes_several_files(office: Office, tilburg: Desk, sanne: Browser) -> None:
    address = f"/c/{conversation(office, tilburg)}/files"
    answer = sanne.client.post(
        address,
        data={"csrf": sanne.csrf, "text": "Zo"},
        files=[("file", ("foto.jpg", PHOTO)), ("file", ("rooster.pdf", samples.PDF))],
    )
    assert answer.status_code == 303
    names = office.store.read(
        lambda conn: conn.execute(
            "SELECT media.name FROM message_media f JOIN media ON media.id = f.media_id"
            " ORDER BY f.position"
        ).fetchall()
    )
    assert [each["name"] for each in names] == ["foto.jpg", "rooster.pdf"]


def test_a_form_takes_a_file_as_large_as_whatsapp_does(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    """Other forms have at most a megabyte."""
    address = f"/c/{conversation(office, tilburg)}/files"
    large = samples.PDF + b" " * (3 * 1024 * 1024)
    assert post_file(sanne, address, large, "rooster.pdf", csrf=sanne.csrf).status_code == 303
    text = {"csrf": sanne.csrf, "text": "x" * len(large)}
    assert sanne.client.post(address.replace("files", "draft"), data=text).status_code == 413


def test_the_list_says_what_a_message_without_words_is(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    address = f"/c/{conversation(office, tilburg)}/files"
    post_file(sanne, address, samples.PDF, "rooster.pdf", csrf=sanne.csrf)
    assert "<em>Document</em>" in sanne.get("/", **{"Accept-Language": "en"}).text


def test_a_recording_that_cannot_be_read_is_refused_at_once(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    """In words, and only of somebody who is logged in; nothing is kept of it."""
    del tilburg
    answer = sanne.client.post(
        "/recordings",
        content=b"MZ a program",
        headers={"X-CSRF-Token": sanne.csrf, "HX-Request": "true", "Accept-Language": "en"},
    )
    assert answer.status_code == 422
    assert "Record it once more" in answer.text
    assert sanne.client.post("/recordings", content=b"x").status_code == 403
    assert office.count("media") == 0


def test_the_composer_says_what_becomes_of_files_without_whatsapp(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    """As the line was told; a text that went without them says so in the thread."""
    address = f"/c/{conversation(office, tilburg)}"
    english = {"Accept-Language": "en"}
    assert "the message waits." in sanne.get(address, **english).text
    change = {"without_files": "(zonder bijlage)"}
    office.store.write(lambda tx: line_settings.change(tx, tilburg.line_id, change, by="test"))
    assert "the text goes as SMS without them" in sanne.get(address, **english).text
    post_file(sanne, f"{address}/files", PHOTO, csrf=sanne.csrf, text="Zo")
    office.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE message SET state = 'sent', channel = 'sms', sent_ms = ? WHERE text = 'Zo'",
            (tx.now_ms,),
        )
    )
    assert "Left as SMS without its files" in sanne.get(address, **english).text
