"""Who did not get a text to a list is looked at anew before it goes to them once more."""

import httpx

from appliance.messages import MessageState
from appliance.store import messages
from appliance.store.store import Tx
from tests.api.browser import Browser
from tests.api.office import WORDS, Desk, Office

ANNA, BART = "+31687654321", "+31687654322"
SENDS = 'name="do" value="send"'


def sent_to_anna(office: Office, desk: Desk) -> tuple[str, str]:
    """Anna got the text, Bart had asked to stop; the list and the send."""
    for number, name in ((ANNA, "Anna"), (BART, "Bart")):
        office.writes(number, desk, name=name)
    office.writes(BART, desk, "STOP")
    list_id, send_id = office.sends_to_lists(desk)

    def leave(tx: Tx) -> None:
        for row in tx.conn.execute("SELECT id FROM message WHERE class = 'list'").fetchall():
            for state in (MessageState.SENDING, MessageState.SENT):
                messages.move(tx, row["id"], state)

    office.store.write(leave)
    return list_id, send_id


def again(browser: Browser, list_id: str, send_id: str, desk: Desk) -> httpx.Response:
    form = {"do": "send", "resends": send_id, "line": desk.line_id, "variant": WORDS}
    return browser.post(f"/lists/{list_id}/send", form, part=False)


def test_a_repetition_shows_its_verdicts_before_it_goes(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    list_id, send_id = sent_to_anna(office, tilburg)
    sent = f"/lists/{list_id}/sends/{send_id}"
    address = f"/lists/{list_id}/send?resends={send_id}"
    assert address in sanne.get(sent).text
    assert sanne.post(sent, {"do": "resend"}).status_code == 404
    assert office.count("list_send") == 1
    refused = sanne.get(address).text
    assert "Bart" in refused
    assert "Anna" not in refused
    assert "het contact heeft zich afgemeld" in refused
    assert SENDS not in refused
    office.writes(BART, tilburg, "START")
    shown = sanne.get(address).text
    assert SENDS in shown
    assert f'<p class="example" dir="auto">{WORDS}</p>' in shown
    assert again(sanne, list_id, send_id, tilburg).status_code == 303
    kept = office.store.read(
        lambda conn: conn.execute(
            "SELECT s.resends, m.value FROM list_send s JOIN list_send_item i ON i.send_id = s.id"
            " JOIN message m ON m.id = i.message_id WHERE s.id <> ?",
            (send_id,),
        ).fetchall()
    )
    assert [tuple(row) for row in kept] == [(send_id, BART)]
    nobody = sanne.get(address)
    assert nobody.status_code == 409
    assert "heeft het al of wacht erop" in nobody.text


def test_a_repetition_is_of_a_send_to_this_list_with_its_files(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    """Whoever sent them first; a file that was not sent is another's."""
    list_id, send_id = sent_to_anna(office, tilburg)
    office.writes(BART, tilburg, "START")
    caller = office.caller()
    file = {"file": ("rooster.pdf", b"%PDF-1.4 rooster", "application/pdf")}
    made = office.client.post("/api/v1/media", files=file, headers=caller.headers).json()["id"]

    def attach(tx: Tx) -> str:
        tx.conn.execute("UPDATE list_send SET media = json_array(?)", (made,))
        row = tx.conn.execute("SELECT id FROM list WHERE id <> ?", (list_id,)).fetchone()
        return str(row["id"])

    other = office.store.write(attach)
    address = "/lists/{}/send?resends={}"
    assert "rooster.pdf" in sanne.get(address.format(list_id, send_id)).text
    assert sanne.get(address.format(other, send_id)).status_code == 404
    form = {"do": "look", "line": tilburg.line_id, "variant": WORDS, "media": made}
    assert sanne.post(f"/lists/{list_id}/send", form).status_code == 422
