"""What stands beside a message: the one that it answers, and the emoji that people put on it."""

from appliance.channels import Channel
from appliance.desk.intake.reception import Reception
from appliance.devices.news_protocol import Reaction
from appliance.store.store import Tx
from tests.api.browser import Browser
from tests.api.office import Caller, Desk, Office

ANNA, BART = "+31687654321", "+31687654322"


def incoming(office: Office, sender: str) -> str:
    return office.store.read(
        lambda conn: str(
            conn.execute(
                "SELECT id FROM message WHERE direction = 'in' AND value = ?", (sender,)
            ).fetchone()[0]
        )
    )


def test_a_message_says_which_one_it_answers(
    office: Office, tilburg: Desk, planning: Caller, sanne: Browser
) -> None:
    """One of the same conversation only."""
    for sender in (ANNA, BART):
        office.writes(sender, tilburg, f"Werk voor {sender}?")
    body = {"line": tilburg.number, "to": ANNA, "text": "Ja"}
    asked = incoming(office, ANNA)
    posted = planning.post({**body, "quotes": asked})
    assert posted.status_code == 202, posted.text
    assert planning.get(f"/messages/{posted.json()['id']}").json()["quotes"] == asked
    assert "quotes" not in planning.get(f"/messages/{asked}").json()
    for other in (incoming(office, BART), "nothing"):
        answer = planning.post({**body, "quotes": other})
        assert (answer.status_code, answer.json()["field"]) == (422, "quotes")
    shown = planning.get(f"/messages/{asked}").json()
    assert "Antwoord op:" in sanne.get(f"/c/{shown['conversation']}").text


def test_a_reaction_is_shown_with_whose_it_is(
    office: Office, tilburg: Desk, planning: Caller, sanne: Browser
) -> None:
    office.writes(ANNA, tilburg)
    posted = planning.post({"line": tilburg.number, "to": ANNA, "text": "Tot morgen"}).json()

    def leave(tx: Tx) -> None:
        tx.conn.execute(
            "UPDATE message SET state = 'sent', sent_ms = ? WHERE id = ?", (tx.now_ms, posted["id"])
        )

    office.store.write(leave)
    told = Reaction(
        key="r1",
        channel=Channel.WHATSAPP,
        sender=ANNA,
        emoji="👍",
        quoted="Tot morgen",
        at_ms=office.clock.now_ms(),
    )
    Reception(office.store, office.gate).reacted(tilburg.device_id, [told])
    shown = planning.get(f"/messages/{posted['id']}").json()
    assert shown["reactions"] == [{"emoji": "👍", "by": shown["contact"]["id"]}]
    assert "Reactie:" in sanne.get(f"/c/{shown['conversation']}").text
