"""Colleagues who come from home: who switches it on, whose device has which key, until when."""

import base64
import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from appliance.box import home_wish
from appliance.box.home_wish import HomeAnswer
from appliance.desk.team import staff
from appliance.runtime.home_wishes import HomeWishes
from appliance.store import home_keys
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office

PAGE = "/settings/home"
BOX_KEY = base64.b64encode(bytes(range(32))).decode()
ON = {"is_on": "1", "address": "Utrecht.example.com", "port": "51820"}


@pytest.fixture
def boss(office: Office) -> Iterator[Browser]:
    browser = log_in(office, "Marit", role="admin", branch_id=None)
    yield browser
    browser.client.close()


@pytest.fixture
def sanne(office: Office, tilburg: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Sanne", role="staff", branch_id=tilburg.branch_id)
    yield browser
    browser.client.close()


@pytest.fixture
def answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this machine says what it did; the tests say it in its place."""
    path = tmp_path / "home.json"
    monkeypatch.setattr(home_wish.answered, "__defaults__", (path,))
    return path


def opens(answer: Path) -> None:
    told = HomeAnswer(is_on=True, public_key=BOX_KEY)
    answer.write_bytes(home_wish.answer_written(told))


def config_in(page: str) -> dict[str, str]:
    found = re.search(r'<textarea id="home-config"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    lines = html.unescape(found[1]).splitlines()
    return dict(line.split(" = ", 1) for line in lines if " = " in line)


def wished(office: Office) -> home_wish.HomeWish | None:
    HomeWishes(office.store).tell()
    path = office.store.path.parent / home_wish.FILE
    return home_wish.read(path.read_bytes()) if path.exists() else None


def test_it_is_off_until_an_administrator_of_the_house_switches_it_on(
    office: Office, boss: Browser, sanne: Browser, tilburg: Desk
) -> None:
    """Until then there is no page for a colleague, nor a word to the machine; an administrator of
    one branch does not open the way for all.
    """
    head = log_in(office, "Henk", role="admin", branch_id=tilburg.branch_id)
    for browser in (sanne, head):
        assert browser.get(PAGE).status_code == 404
        assert browser.post(PAGE, ON).status_code == 404
        assert browser.post(f"{PAGE}/keys", {"name": "Laptop"}).status_code == 404
    head.client.close()
    assert wished(office) is None
    assert PAGE not in sanne.get("/me").text
    wrong = boss.post(PAGE, {**ON, "address": "een kantoor"})
    assert (wrong.status_code, "van buiten te vinden" in wrong.text) == (422, True)
    assert boss.post(PAGE, {**ON, "port": "70000"}).status_code == 422
    assert boss.post(PAGE, ON).status_code in {200, 204, 303}
    house = office.store.read(home_keys.house)
    assert (house.is_on, house.address, house.port) == (True, "utrecht.example.com", 51820)
    found = wished(office)
    assert found is not None
    assert (found.is_on, found.network, list(found.peers)) == (True, house.network, [])
    assert PAGE in sanne.get("/me").text
    assert "nog niet openstaan" in sanne.get(PAGE).text


def test_a_device_gets_a_key_that_is_shown_once(
    office: Office, boss: Browser, sanne: Browser, answer: Path
) -> None:
    """What the device is given fits what the machine is told; the private half is nowhere here."""
    boss.post(PAGE, ON)
    assert sanne.post(f"{PAGE}/keys", {"name": "Laptop"}).status_code == 404, (
        "no key of the box yet"
    )
    opens(answer)
    assert sanne.post(f"{PAGE}/keys", {"name": " "}).status_code == 422
    made = sanne.post(f"{PAGE}/keys", {"name": "Laptop"})
    assert made.status_code == 200
    assert "<svg" in made.text
    told = config_in(made.text)
    private = base64.b64decode(told["PrivateKey"])
    public = X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    found = wished(office)
    assert found is not None
    (peer,) = found.peers
    assert peer.key == base64.b64encode(public).decode()
    assert told["Address"] == f"{found.address(peer.place)}/32"
    assert told["AllowedIPs"] == f"{found.address(1)}/32"
    assert (told["PublicKey"], told["Endpoint"]) == (BOX_KEY, "utrecht.example.com:51820")
    again = sanne.get(PAGE).text
    assert told["PrivateKey"] not in again
    assert "Laptop" in again
    everything = b"".join(
        path.read_bytes() for path in office.store.path.parent.iterdir() if path.is_file()
    )
    assert told["PrivateKey"].encode() not in everything


def test_a_device_ends_with_its_key_and_with_its_colleague(
    office: Office, boss: Browser, sanne: Browser, answer: Path
) -> None:
    """One ends one's own; an administrator anybody's; who is let go has none, nor when let in
    again. All of it stands in the log.
    """
    boss.post(PAGE, ON)
    opens(answer)
    for name in ("Laptop", "Telefoon", "Tablet"):
        sanne.post(f"{PAGE}/keys", {"name": name})
    boss.post(f"{PAGE}/keys", {"name": "Van Marit"})
    keys = {each.name: each.id for each in office.store.read(home_keys.keys)}
    assert len(keys) == 4
    assert sanne.post(f"{PAGE}/keys/{keys['Van Marit']}/end").status_code == 404
    sanne.post(f"{PAGE}/keys/{keys['Laptop']}/end")
    assert "Sanne" in boss.get(PAGE).text
    boss.post(f"{PAGE}/keys/{keys['Tablet']}/end")
    found = wished(office)
    assert found is not None
    assert len(found.peers) == 2
    office.store.write(lambda tx: staff.disable(tx, sanne.staff_id, by_staff_id=boss.staff_id))
    found = wished(office)
    assert found is not None
    assert len(found.peers) == 1
    office.store.write(lambda tx: staff.enable(tx, sanne.staff_id))
    assert office.store.read(lambda conn: home_keys.keys(conn, sanne.staff_id)) == []
    told = office.store.read(
        lambda conn: conn.execute(
            "SELECT count(*) FROM event_log WHERE facts LIKE '%home-key%'"
        ).fetchone()[0]
    )
    assert told == 6


def test_nobody_has_more_devices_than_five(office: Office, boss: Browser, answer: Path) -> None:
    """And each has an address of its own, also after another one ended."""
    boss.post(PAGE, ON)
    opens(answer)
    places = []
    for number in range(5):
        boss.post(f"{PAGE}/keys", {"name": f"Device {number}"})
    assert boss.post(f"{PAGE}/keys", {"name": "One more"}).status_code == 422
    keys = office.store.read(home_keys.keys)
    boss.post(f"{PAGE}/keys/{keys[2].id}/end")
    boss.post(f"{PAGE}/keys", {"name": "In its place"})
    places = [each.place for each in office.store.read(home_keys.keys)]
    assert sorted(places) == [2, 3, 4, 5, 6]


def test_switched_off_the_machine_is_told_to_close(
    office: Office, boss: Browser, answer: Path
) -> None:
    """What cannot be opened is said on the page, as the machine says it."""
    boss.post(PAGE, ON)
    opens(answer)
    boss.post(f"{PAGE}/keys", {"name": "Laptop"})
    assert wished(office) is not None
    trouble = HomeAnswer(is_on=False, public_key="", trouble="wg is not on this machine.")
    answer.write_bytes(home_wish.answer_written(trouble))
    page = boss.get(PAGE).text
    assert "kon de verbinding niet openzetten" in page
    assert "wg is not on this machine." in page
    assert "Welk apparaat" not in page
    boss.post(PAGE, {"address": "utrecht.example.com", "port": "51820"})
    found = wished(office)
    assert found is not None
    assert (found.is_on, list(found.peers)) == (False, [])
