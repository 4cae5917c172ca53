"""Somebody of whom something stands in each table that may hold it, and Bram, who is somebody else.

Rows are written as they are, so that every column has a value of its own to be looked for.
"""

from appliance.desk.access.bearer import new_token
from appliance.media.files import FOLDER, MediaFiles
from appliance.store.store import Tx
from tests.api import person_messages
from tests.api.office import Desk, Office
from tests.api.person_rows import ANNA, BRAM, BRAM_NAME, CLAIMED, FORMER, Filler, FullPerson
from tests.media import samples

GROUP_TEXT = "Ik kom met de fiets"


def fill(office: Office, desk: Desk) -> FullPerson:
    """Anna, of whom everything is kept."""
    office.writes(ANNA, desk, "Ik kan maandag", name="Annelies")
    office.writes(BRAM, desk, "Geheim van Bram", name=BRAM_NAME)
    with MediaFiles(office.store.path.parent / FOLDER).growing() as growing:
        growing.write(samples.photo())
        kept = growing.keep()

    def work(tx: Tx) -> FullPerson:
        tx.conn.execute("PRAGMA defer_foreign_keys = ON")
        fill = Filler(tx.conn, desk.line_id, _token(tx))
        contact = fill.one("SELECT contact_id FROM contact_identity WHERE value = ?", ANNA)
        conversation = fill.one("SELECT id FROM conversation WHERE contact_id = ?", contact)
        message = fill.one(
            "SELECT id FROM message WHERE conversation_id = ? AND direction = 'in'", conversation
        )
        told = FullPerson(
            contact=contact, conversation=conversation, message=message, media_sha256=kept.sha256
        )
        for part in (_card, _numbers, person_messages.fill, _case, _many, _group, _privacy):
            part(fill, told, desk)
        return told

    return office.store.write(work)


def _token(tx: Tx) -> str:
    tx.conn.execute(
        "INSERT INTO api_token (id, name, token_hash, scopes, created_ms)"
        " VALUES ('t1', 'Loonpakket', ?, '[]', 1)",
        (new_token(),),
    )
    for staff_id, name in (("s1", "Sanne"), ("s2", "Youssef")):
        tx.conn.execute(
            "INSERT INTO staff (id, name, created_ms) VALUES (?, ?, 1)", (staff_id, name)
        )
    return "t1"


def _card(fill: Filler, told: FullPerson, desk: Desk) -> None:
    fill.conn.execute(
        "UPDATE contact SET office_name = 'Anna Achternaam', personnel_number = 'PX-4471',"
        " fields = '{\"Maat\": \"XL-44\"}', state = 'placed', blocked_ms = ?, state_ms = ?"
        " WHERE id = ?",
        (fill.time(), fill.time(), told.contact),
    )
    fill.row("label", id="l1", branch_id=desk.branch_id, name="Heftruck", created_ms=1)
    fill.row("contact_label", contact_id=told.contact, label_id="l1")
    fill.row("contact_note", contact_id=told.contact, branch_id=desk.branch_id, text="Bel na vier.")
    fill.row(
        "contact_change",
        kind="split",
        contact_id=told.contact,
        other_id=told.contact,
        before="{}",
        consent_seq=0,
        at_ms=fill.time(),
        undone_ms=fill.time(),
    )

    for place, by in enumerate(({"staff_id": "s1"}, {"token_id": fill.token_id})):
        fill.row(
            "hold",
            id=f"h{place}",
            contact_id=told.contact,
            reason=f"Geschil {place}",
            since_ms=fill.time(),
            until_ms=fill.time(),
            ended_ms=fill.time(),
            ended_by="s2",
            **by,
        )


def _numbers(fill: Filler, told: FullPerson, desk: Desk) -> None:
    fill.row("former_holder", value=FORMER, scheme="tel", contact_id=told.contact, consent_seq=0)
    bram = fill.one("SELECT contact_id FROM contact_identity WHERE value = ?", BRAM)
    fill.row("contact_identity", value=CLAIMED, scheme="tel", contact_id=bram, created_ms=1)
    fill.row(
        "identity_claim",
        contact_id=told.contact,
        value=CLAIMED,
        scheme="tel",
        staff_id="s1",
        at_ms=fill.time(),
    )
    fill.row(
        "consent",
        value=ANNA,
        scheme="tel",
        contact_id=told.contact,
        line_id=desk.line_id,
        kind="opted_in",
        channel="sms",
        message_id=told.message,
        words="Ik wil graag berichten",
        source="Inschrijfformulier 2026",
        given_ms=fill.time(),
        recorded_by="staff:s1",
        at_ms=fill.time(),
    )
    fill.row(
        "missed_call",
        id="k1",
        device_key="k1",
        line_id=desk.line_id,
        value=ANNA,
        scheme="tel",
        at_ms=fill.time(),
    )
    fill.row(
        "adoption",
        id="a1",
        line_id=desk.line_id,
        device_id=desk.device_id,
        state="done",
        created_ms=1,
    )
    fill.row(
        "adoption_chat",
        id="a2",
        adoption_id="a1",
        place=1,
        name="Anna Telefoon",
        value=ANNA,
        scheme="tel",
        fate="adopted",
        came=41,
        went=42,
        last_day="2025-12-31",
        read_ms=fill.time(),
    )


def _case(fill: Filler, told: FullPerson, desk: Desk) -> None:
    talk = {"conversation_id": told.conversation}
    fill.row(
        "casework",
        **talk,
        line_id=desk.line_id,
        assignee_id="s1",
        done_ms=fill.time(),
        closing_note="Alles geregeld",
    )
    fill.row("conversation_label", **talk, label_id="l1")
    fill.row("note", id="n1", **talk, staff_id="s2", text="Komt vaak te laat", at_ms=fill.time())
    fill.row(
        "note", id="n2", **talk, token_id=fill.token_id, text="Loon is betaald", at_ms=fill.time()
    )
    fill.row("note", id="n3", **talk, staff_id="s1", text="Rijdt mee met Bram", at_ms=fill.time())
    fill.row("note_mention", note_id="n1", staff_id="s1")
    fill.row("draft", staff_id="s1", **talk, text="Beste Anna, helaas", saved_ms=fill.time())
    fill.row("note_draft", staff_id="s1", **talk, text="Nog eens bellen?", saved_ms=fill.time())


def _many(fill: Filler, told: FullPerson, desk: Desk) -> None:
    fill.row("list", id="li", branch_id=desk.branch_id, name="Nachtploeg", created_ms=1)
    fill.row("list_member", list_id="li", position=0, contact_id=told.contact)
    fill.row(
        "list_send",
        id="ls",
        list_id="li",
        line_id=desk.line_id,
        variants="[]",
        media="[]",
        state="running",
        deliver_until_ms=1,
        created_ms=1,
    )
    fill.row(
        "list_send_item", send_id="ls", position=0, contact_id=told.contact, why="listed-today"
    )
    fill.row(
        "round",
        id="r1",
        branch_id=desk.branch_id,
        state="closed",
        seats=1,
        at_once=1,
        starts_ms=1,
        ends_ms=2,
        closes_ms=1,
        variants="[]",
        confirm_text="",
        ordering="shuffled",
        seed=1,
        created_ms=1,
    )
    fill.row(
        "round_person",
        round_id="r1",
        contact_id=told.contact,
        position=0,
        state="unclear",
        why="opted-out",
        asked_ms=fill.time(),
        changed_ms=fill.time(),
    )
    fill.row("round_stranger", round_id="r1", position=0, named=ANNA, why="not-known")
    fill.row("round_answer", message_id=told.message, round_id="r1", reading="unclear")


def _group(fill: Filler, told: FullPerson, desk: Desk) -> None:
    fill.row(
        "chat_group", id="g1", line_id=desk.line_id, jid="1@g.us", name="Loods 4", created_ms=1
    )
    for member, value, name in (("gm1", ANNA, "Anna in de groep"), ("gm2", BRAM, BRAM_NAME)):
        fill.row(
            "group_member",
            id=member,
            group_id="g1",
            name=name,
            value=value,
            scheme="tel",
            is_admin=1,
            asked_ms=fill.time(),
            stopped_ms=fill.time(),
            invited_ms=fill.time(),
            created_ms=1,
        )
    fill.row(
        "group_journal",
        id="gj",
        group_id="g1",
        at_ms=fill.time(),
        what="name",
        by_whom="Anna in de groep",
        before="Loods 3",
        after="Loods van Anna",
        put_back=1,
    )
    fill.row(
        "group_journal",
        id="gk",
        group_id="g1",
        at_ms=fill.time(),
        what="member",
        by_whom=BRAM_NAME,
        before=None,
        after=ANNA,
        put_back=0,
    )
    fill.row("conversation", id="gc", line_id=desk.line_id, group_id="g1", last_ms=1, created_ms=1)
    bram = fill.one("SELECT contact_id FROM contact_identity WHERE value = ?", BRAM)
    for who, value, text in ((told.contact, ANNA, GROUP_TEXT), (bram, BRAM, "Bram in de groep")):
        fill.row(
            "message",
            id=f"gm-{value}",
            conversation_id="gc",
            line_id=desk.line_id,
            contact_id=who,
            value=value,
            scheme="tel",
            direction="in",
            text=text,
            state="received",
            created_ms=1,
            happened_ms=fill.time(),
        )


def _privacy(fill: Filler, told: FullPerson, desk: Desk) -> None:
    fill.row(
        "privacy_request",
        id="q1",
        contact_id=told.contact,
        branch_id=desk.branch_id,
        kind="access",
        asked_by="Haar advocaat",
        asked_how="letter",
        wish="Alles van 2025",
        asked_day="2026-02-03",
        due_day="2026-03-03",
        late_why="Veel foto's",
        checked="document",
        checked_ms=fill.time(),
        done_ms=fill.time(),
        outcome="refused",
        outcome_why="Zij is het niet",
        created_ms=1,
    )
    for step, who in (("taken", {"staff_id": "s1"}), ("checked", {"token_id": fill.token_id})):
        fill.row(
            "privacy_step",
            id=f"q-{step}",
            request_id="q1",
            contact_id=told.contact,
            what=step,
            facts='{"kind": "access"}',
            at_ms=fill.time(),
            **who,
        )
    _hand_on(fill, told, desk)
    fill.conn.execute("UPDATE reading_house SET is_on = 1")
    fill.row("reading_who", id=7, who="staff:s2")
    fill.row("reading_about", id=7, contact_id=told.contact, conversation_id=told.conversation)
    fill.row("reading", at_ms=fill.time(), who_id=7, kind="export", thing="person", about_id=7)


def _hand_on(fill: Filler, told: FullPerson, desk: Desk) -> None:
    """To a program, and in archives that two people asked for."""
    hook = {"dialect": "balie", "token_id": fill.token_id, "url": "https://loon.test/in?k=1"}
    fill.row("webhook", id="w1", **hook, events="[]", content="full", enabled=0, created_ms=1)
    fill.row(
        "webhook_delivery",
        id="msg_1",
        webhook_id="w1",
        event_seq=1,
        part="",
        type="message.received",
        lane="",
        message_id=told.message,
        state="delivered",
        due_ms=0,
        created_ms=fill.time(),
        ended_ms=fill.time(),
    )
    for archive, who in (("a1", {"staff_id": "s1"}), ("a2", {"token_id": fill.token_id})):
        fill.row(
            "archive",
            id=archive,
            line_id=desk.line_id,
            quarter=f"2025-Q{archive[1]}",
            from_ms=fill.time(),
            until_ms=fill.time(),
            format="json",
            language="nl",
            state="complete",
            created_ms=fill.time(),
            ended_ms=fill.time(),
            expires_ms=fill.time() + (1 << 40),
            **who,
        )
        part = {"archive_id": archive, "conversation_id": told.conversation}
        fill.row("archive_part", **part, branch_id=desk.branch_id, contact_id=told.contact)
