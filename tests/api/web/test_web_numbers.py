"""Who sets a number puts a bot or a mailbox beside it: checked first, kept sealed, taken away."""

import html
from collections.abc import Iterator

import pytest

from appliance.desk.lines import beside
from appliance.desk.lines.beside import NewBeside
from appliance.emulated.telegram.bot_server import BotServer, serving
from appliance.store import device_accounts
from appliance.store.house_key import HouseKey
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office
from tests.devices.mail.imap_server import PASSWORD, USER, ImapServer, imap_server
from tests.mailing.smtp_server import SmtpServer, smtp_server

PAGE = "/settings/numbers"


@pytest.fixture
def boss(office: Office, tilburg: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Ine", role="branch-it", branch_id=tilburg.branch_id)
    browser.post("/settings/look", {"language": "en"})
    yield browser
    browser.client.close()


@pytest.fixture(scope="module")
def bots() -> Iterator[BotServer]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def imap() -> Iterator[ImapServer]:
    with imap_server() as server:
        yield server


@pytest.fixture(scope="module")
def smtp() -> Iterator[SmtpServer]:
    with smtp_server() as server:
        server.user, server.password = USER, PASSWORD
        yield server


def at(desk: Desk, kind: str) -> str:
    return f"{PAGE}/{desk.line_id}/beside/{kind}"


def kept(office: Office, desk: Desk, kind: str) -> tuple[dict[str, object], str] | None:
    """The settings and the secret of what stands there."""
    device_id = office.store.read(lambda conn: beside.of_line(conn, desk.line_id, kind))
    if device_id is None:
        return None
    stored = office.store.read(lambda conn: device_accounts.of(conn, device_id))
    assert stored is not None
    key = HouseKey.of(office.store.path.parent)
    return dict(stored.settings), device_accounts.opened(stored, device_id, key)


def put_by_hand(office: Office, desk: Desk, bots: BotServer, token: str) -> None:
    """As the command line does, with a Bot API of one's own."""
    wanted = NewBeside(
        kind="telegram",
        address=token.partition(":")[0],
        settings={"api": bots.url},
        secret=token,
    )
    key = HouseKey.of(office.store.path.parent)
    office.store.write(lambda tx: beside.put(tx, desk.line_id, wanted, key=key, by="cli"))


def mailbox(imap: ImapServer, smtp: SmtpServer, /, **changed: str) -> dict[str, str]:
    form = {"address": USER, "secret": PASSWORD, "imap": f"imap+insecure://127.0.0.1:{imap.port}"}
    return {**form, "smtp": f"smtp+insecure://127.0.0.1:{smtp.port}", "user": "", **changed}


def test_a_new_token_of_a_bot_is_checked_and_sealed(
    office: Office, boss: Browser, tilburg: Desk, bots: BotServer
) -> None:
    """What is no token, and what Telegram does not know, changes nothing. The token is on no page;
    where its Bot API is stays as it was.
    """
    bot = bots.world.add_bot("tilburg_bot")
    put_by_hand(office, tilburg, bots, bot.token)
    for token, sentence in (
        ("geheimpje", "That is no token of a bot."),
        (f"{bot.id}:{'x' * 35}", "Telegram does not know this token."),
        ("", "Fill in all that is asked."),
    ):
        answer = boss.post(at(tilburg, "telegram"), {"token": token})
        assert (answer.status_code, sentence in html.unescape(answer.text)) == (422, True)
        assert token not in answer.text or not token
    assert kept(office, tilburg, "telegram") == ({"api": bots.url}, bot.token)
    renewed = bots.world.renew_token(bot)
    answer = boss.post(at(tilburg, "telegram"), {"token": f" {renewed} "})
    assert answer.headers["HX-Redirect"] == f"{PAGE}/{tilburg.line_id}?saved=telegram"
    assert kept(office, tilburg, "telegram") == ({"api": bots.url}, renewed)
    assert renewed not in boss.get(f"{PAGE}/{tilburg.line_id}").text
    assert "changed: Telegram" in boss.get(f"/lines/{tilburg.line_id}/history").text


def test_a_bot_stands_beside_one_number(
    office: Office, boss: Browser, tilburg: Desk, breda: Desk, bots: BotServer
) -> None:
    """Another branch's is not taken from it; who sets no number there finds nothing."""
    bot, own = bots.world.add_bot("breda_bot"), bots.world.add_bot("eigen_bot")
    put_by_hand(office, breda, bots, bot.token)
    put_by_hand(office, tilburg, bots, own.token)
    answer = boss.post(at(tilburg, "telegram"), {"token": bot.token})
    assert answer.status_code == 422
    assert "This account stands beside another number already." in answer.text
    for path in (f"{PAGE}/{breda.line_id}", f"{PAGE}/nowhere"):
        assert boss.get(path).status_code == 404
    assert boss.post(at(breda, "telegram"), {"token": bot.token}).status_code == 404
    assert boss.post(f"{at(breda, 'telegram')}/remove").status_code == 404
    for kind in ("phone", "modem", "pigeon"):
        assert boss.post(at(tilburg, kind), {"address": "x"}).status_code == 404
    sanne = log_in(office, "Sanne", role="staff", branch_id=tilburg.branch_id)
    assert sanne.get(PAGE).status_code == 404
    sanne.client.close()
    assert kept(office, breda, "telegram") == ({"api": bots.url}, bot.token)


def test_a_mailbox_is_checked_kept_and_taken_away(
    office: Office, boss: Browser, tilburg: Desk, imap: ImapServer, smtp: SmtpServer
) -> None:
    """A wrong password is refused, and what else was typed stays typed. The form shows what is
    kept but its password, which is asked again before another server hears it.
    """
    wrong = boss.post(at(tilburg, "mail"), mailbox(imap, smtp, secret="iets anders"))
    assert wrong.status_code == 422
    assert "The server for reading does not take this user and password." in wrong.text
    assert f'value="{USER}"' in wrong.text
    assert "iets anders" not in wrong.text
    assert kept(office, tilburg, "mail") is None
    assert boss.post(at(tilburg, "mail"), mailbox(imap, smtp)).status_code == 204
    found = kept(office, tilburg, "mail")
    assert found is not None
    assert (found[0]["user"], found[0]["name"], found[1]) == (USER, "Tilburg", PASSWORD)
    text = boss.get(f"{PAGE}/{tilburg.line_id}").text
    assert f'value="imap+insecure://127.0.0.1:{imap.port}"' in text
    assert PASSWORD not in text
    elsewhere = {**mailbox(imap, smtp, secret=""), "imap": "imap.example.com"}
    assert "Fill in all that is asked." in boss.post(at(tilburg, "mail"), elsewhere).text
    assert kept(office, tilburg, "mail") == found
    later = boss.post(
        at(tilburg, "mail"), {**mailbox(imap, smtp), "smtp": "smtp+insecure://127.0.0.1:9"}
    )
    assert later.headers["HX-Redirect"].endswith("&later=1")
    assert boss.post(f"{at(tilburg, 'mail')}/remove").status_code == 204
    assert kept(office, tilburg, "mail") is None
    assert boss.post(f"{at(tilburg, 'mail')}/remove").status_code == 404
    accounts = office.store.read(
        lambda conn: conn.execute("SELECT * FROM device_account").fetchall()
    )
    assert accounts == []


def test_a_number_is_taken_out_of_use_with_the_typed_word(
    office: Office, tilburg: Desk, breda: Desk, boss: Browser
) -> None:
    """By an administrator of its branch; what waits is cancelled, and the page says so first."""
    office.writes("+31687654321", tilburg, name="Anna")
    head = log_in(office, "Henk", role="admin", branch_id=tilburg.branch_id)
    head.post("/settings/look", {"language": "en"})
    new = {"line": tilburg.line_id, "number": "+31687654321", "text": "Hoi"}
    assert head.post("/new", new).status_code == 204
    place = f"{PAGE}/{tilburg.line_id}"
    assert boss.post(f"{place}/remove", {"typed": "REMOVE"}).status_code == 404
    assert "out of use" not in boss.get(place).text
    assert "1 message waits and is cancelled." in head.get(place).text
    wrong = head.post(f"{place}/remove", {"typed": "remove"}, part=False)
    assert (wrong.status_code, "Type the word" in wrong.text) == (422, True)
    assert head.post(f"{PAGE}/{breda.line_id}/remove", {"typed": "REMOVE"}).status_code == 404
    assert head.post(f"{place}/remove", {"typed": "REMOVE"}).status_code == 204
    assert head.get(place).status_code == 404
    sql = "SELECT kind, staff_id FROM event_log ORDER BY seq DESC LIMIT 1"
    last = office.store.read(lambda conn: tuple(conn.execute(sql).fetchone()))
    assert last == ("line.removed", head.staff_id)
    states = office.store.read(
        lambda conn: {row[0] for row in conn.execute("SELECT state FROM message")}
    )
    assert "queued" not in states
    head.client.close()
