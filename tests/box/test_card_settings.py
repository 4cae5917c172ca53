"""`balie.toml`: what can be followed is followed, what cannot is named, and secrets go."""

import subprocess
from pathlib import Path

import pytest

from appliance.box import findings
from appliance.box.card_folders import CardFolders
from appliance.box.card_reading import READ_FILE, supplicant_settings, take_over, wipe
from appliance.box.card_settings import (
    CardSettings,
    Wifi,
    checked_settings,
    read_card,
    without_secrets,
    written,
)
from appliance.box.findings import StartFinding
from appliance.box.host_names import checked_name, free_name
from appliance.errors import InvalidInput

SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGb/0f beheer@hoofdkantoor"
ALL = CardSettings(
    name="balie-utrecht",
    branch='Utrecht "Centraal" é',
    ssh_key=SSH_KEY,
    join="uitnodiging-123",
    wifi=Wifi(name="Gasten ☕", key='geheim"\\woord', country="BE"),
)


@pytest.fixture
def places(tmp_path: Path) -> CardFolders:
    places = CardFolders(root=tmp_path)
    for folder in (places.firmware, *places.folders):
        folder.mkdir(parents=True, exist_ok=True)
    return places


def test_what_is_written_is_read() -> None:
    """Quotes, backslashes and letters of any language included."""
    assert read_card(written(ALL)).settings == ALL
    assert read_card(written(ALL)).findings == ()


def test_a_wrong_key_costs_that_key_alone() -> None:
    """It is named; the others count, and what a wrong value says is told nowhere."""
    text = 'nmae = "x"\nname = "Balie Utrecht"\nbranch = "Utrecht"\nwifi = {name = ""}\n'
    card = read_card(text.encode())
    assert card.settings == CardSettings(branch="Utrecht")
    assert card.findings == (
        StartFinding(what=findings.UNKNOWN_KEY, about="nmae"),
        StartFinding(what=findings.WRONG_VALUE, about="name"),
        StartFinding(what=findings.WRONG_VALUE, about="wifi"),
    )


@pytest.mark.parametrize(
    "data",
    [
        b"name = balie",
        b"\xff\xfe",
        b"[wifi\n",
        b"name = " + b"9" * 5000,
        b"name = " + b"[" * 100_000,
    ],
    ids=["word", "bytes", "bracket", "digits", "depth"],
)
def test_a_file_that_is_no_toml_is_named(data: bytes) -> None:
    """The box starts as one of which nothing was said."""
    card = read_card(data)
    assert card.settings == CardSettings()
    assert [each.what for each in card.findings] == [findings.UNREADABLE]


@pytest.mark.parametrize(
    "name", ["", "-balie", "balie-", "Balie", "balie utrecht", "balie.local", "b" * 59, "bälie"]
)
def test_a_bad_name_is_refused(name: str) -> None:
    """It has to be a label of DNS, with room for a suffix."""
    with pytest.raises(InvalidInput):
        checked_name(name)


def test_a_name_that_is_taken_gets_the_first_free_suffix() -> None:
    """From 2 on; where everything seems to be taken the name stays."""
    taken = {"balie", "balie-2"}
    assert free_name("balie", lambda name: name in taken) == "balie-3"
    assert free_name("balie", lambda _: True) == "balie"


@pytest.mark.parametrize(
    "told",
    [
        {"ssh_key": "-----BEGIN OPENSSH PRIVATE KEY-----"},
        {"branch": "a\nb"},
        {"wifi": {"name": "x", "key": "short"}},
        {"wifi": {"name": "x", "key": "12345678", "country": "Nederland"}},
        {"wifi": {"name": "é" * 17, "key": "12345678"}},
        {"wifi": {"ssid": "x"}},
    ],
)
def test_head_office_is_told_before_the_card_is_written(told: dict[str, object]) -> None:
    """The program that flashes checks by the same rules."""
    with pytest.raises(InvalidInput):
        checked_settings(told)


def test_secrets_are_taken_over_and_wiped(places: CardFolders) -> None:
    """After that the card says what the box was told, without keys; a second look does nothing."""
    card = places.firmware / "balie.toml"
    card.write_bytes(written(ALL))
    take_over(places)
    assert not card.exists()
    left = b"".join(path.read_bytes() for path in places.firmware.iterdir())
    assert b"uitnodiging" not in left
    assert b"geheim" not in left
    assert (places.firmware / READ_FILE).read_bytes() == without_secrets(ALL)
    assert places.wanted_name.read_text() == "balie-utrecht"
    assert places.branch.read_text() == ALL.branch
    assert places.invitation.read_text() == "uitnodiging-123"
    keys = places.ssh / "authorized_keys"
    assert keys.read_text() == f"{SSH_KEY}\n"
    for secret in (keys, places.invitation, *places.wifi.iterdir()):
        assert secret.stat().st_mode & 0o077 == 0
    take_over(places)
    assert places.wanted_name.read_text() == "balie-utrecht"


def test_the_bytes_of_a_secret_are_overwritten_where_they_lie(places: CardFolders) -> None:
    """A second name of the same file shows what is left of it."""
    card = places.firmware / "balie.toml"
    card.write_bytes(b"join = 'geheim'\n")
    same = places.firmware / "same"
    same.hardlink_to(card)
    wipe(card)
    assert set(same.read_bytes()) == {0}


def test_a_power_cut_before_the_wiping_has_it_read_again(places: CardFolders) -> None:
    """Whatever was written twice is the same."""
    card = places.firmware / "balie.toml"
    for _ in range(2):
        card.write_bytes(written(ALL))
        take_over(places)
    assert places.wanted_name.read_text() == "balie-utrecht"


def test_what_is_wrong_stays_said_until_the_next_card(places: CardFolders) -> None:
    """At each start, because the file with the mistake is gone."""
    card = places.firmware / "balie.toml"
    card.write_bytes(b'nmae = "x"\n')
    take_over(places)
    take_over(places)
    assert findings.kept(places.card_findings) == [
        StartFinding(what=findings.UNKNOWN_KEY, about="nmae")
    ]
    card.write_bytes(b'name = "balie"\n')
    take_over(places)
    assert findings.kept(places.card_findings) == []


def test_head_offices_authority_signs_where_it_came_with_the_card(places: CardFolders) -> None:
    """Certificate and key go where the certificates are made; a file with one of them is named."""
    subject = ("-nodes", "-subj", "/CN=Hoofdkantoor", "-keyout", "key.pem", "-out", "ca.crt")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", *subject]
    subprocess.run(command, cwd=places.root, check=True, capture_output=True)
    key, crt = (places.root / "key.pem").read_bytes(), (places.root / "ca.crt").read_bytes()
    given = places.firmware / "ca.pem"
    given.write_bytes(crt + key)
    take_over(places)
    assert not given.exists()
    assert (places.given_tls / "ca.crt").read_bytes() == crt
    assert (places.given_tls / "ca.key").read_bytes() == key
    assert (places.given_tls / "ca.key").stat().st_mode & 0o077 == 0
    given.write_bytes(crt)
    take_over(places)
    assert findings.kept(places.card_findings) == [
        StartFinding(what=findings.WRONG_VALUE, about="ca.pem")
    ]


def test_no_letter_of_a_network_means_anything_to_the_supplicant() -> None:
    """Names and keys are hex; the pre-shared key is the one that IEEE 802.11 derives."""
    text = supplicant_settings(ALL.wifi or Wifi(name="")).decode()
    assert "geheim" not in text
    assert f"ssid={'Gasten ☕'.encode().hex()}" in text
    assert "country=BE" in text
    # IEEE Std 802.11-2020, J.4.2: passphrase "password", SSID "IEEE".
    known = supplicant_settings(Wifi(name="IEEE", key="password")).decode()
    assert "psk=f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e" in known
    assert "key_mgmt=NONE" in supplicant_settings(Wifi(name="open")).decode()
