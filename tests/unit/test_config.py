"""Settings: what was given, over the environment, over the file, over the defaults."""

import grp
import os
from pathlib import Path

import pytest

from appliance import config
from appliance.config import load
from appliance.errors import SetupError

OIDC = '[oidc]\nclient_id = "balie"\nclient_secret = "geheim"\n'
ENTRA = "https://login.microsoftonline.com"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings from the machine that runs the tests."""
    for name in ("BALIE_CONFIG", "BALIE_DATA", "BALIE_HOST", "BALIE_PORT", "STATE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(config, "SERVICE_GROUP", "no-such-group")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "balie.toml"
    path.write_text('port = 9000\nhost = "0.0.0.0"\n', encoding="utf-8")
    return path


def test_without_anything_balie_serves_this_machine_only(tmp_path: Path) -> None:
    """Loopback, port 8080, and the data under the home of who runs it."""
    found = load(None)
    assert (found.host, found.port, found.secure_cookies) == ("127.0.0.1", 8080, False)
    assert found.data == tmp_path / "home" / ".local" / "share" / "balie"


def test_nobody_is_a_proxy_unless_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the file, or as JSON in the environment, as under systemd."""
    assert load(None).web.proxies == ()
    path = tmp_path / "web.toml"
    path.write_text('[web]\nproxies = ["127.0.0.1", "10.0.0.0/8"]\n', encoding="utf-8")
    assert load(path).web.proxies == ("127.0.0.1", "10.0.0.0/8")
    monkeypatch.setenv("BALIE_WEB", '{"proxies": ["::1"]}')
    assert load(None).web.proxies == ("::1",)


def test_a_provider_is_by_https_or_on_this_machine(file: Path) -> None:
    """Its secret is not shown where the settings are."""
    for issuer in (f"{ENTRA}/0a1b/v2.0", "http://127.0.0.1:9000", "http://localhost:9000/realm"):
        file.write_text(f'{OIDC}issuer = "{issuer}"\nname = "Microsoft"', encoding="utf-8")
        found = load(file)
        assert found.oidc
        assert (found.oidc.issuer, found.oidc.name) == (issuer, "Microsoft")
        assert "geheim" not in repr(found)
    assert load(None).oidc is None


def test_the_address_of_pages_is_as_browsers_write_it(file: Path) -> None:
    """What a browser says that it opened is compared with it."""
    for given, kept in (
        ("https://Balie.Example.com/", "https://balie.example.com"),
        ("HTTPS://balie.example.com:443", "https://balie.example.com"),
        ("http://balie.example.com:80", "http://balie.example.com"),
        ("https://balie.example.com:8443", "https://balie.example.com:8443"),
        ("http://[::80]", "http://[::80]"),
    ):
        file.write_text(f'[web]\naddress = "{given}"')
        assert load(file).web.address == kept


def test_under_systemd_the_data_lives_where_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """`StateDirectory=` of the unit is the data directory."""
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/balie")
    assert load(None).data == Path("/var/lib/balie")


def test_the_order_is_given_environment_file_default(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each one goes over those after it; an option that was left out counts for nothing."""
    assert load(file).port == 9000
    monkeypatch.setenv("BALIE_PORT", "9001")
    assert load(file).port == 9001
    assert load(file, port=9002).port == 9002
    assert load(file, port=None, host=None).host == "0.0.0.0"  # noqa: S104 -- read from the file
    assert load(None).port == 9001


def test_a_verb_without_a_file_has_the_one_that_the_environment_names(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So every verb of a package sees what the running Balie sees; an option goes over it."""
    monkeypatch.setenv("BALIE_CONFIG", str(file))
    assert load(None).port == 9000
    other = tmp_path / "other.toml"
    other.write_text("port = 9003\n", encoding="utf-8")
    assert load(other).port == 9003
    monkeypatch.setenv("BALIE_CONFIG", str(tmp_path / "nothing.toml"))
    with pytest.raises(SetupError, match="There is no config file"):
        load(None)


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("prot = 9000", "“prot”.*not permitted"),
        ("port = 0", "“port”.*greater than or equal to 1"),
        ("port = 65536", "“port”.*less than or equal to 65535"),
        ('port = "no"', "“port”.*valid integer"),
        ('log_level = "LOUD"', "“log_level”.*'DEBUG'"),
        ("port = ", "is no TOML"),
        ("[web]\nport = 1", "“web.port”"),
        ('[web]\nproxies = ["proxy.local"]', "“web.proxies.0”.*10.0.0.0/8"),
        ('[web]\naddress = "https://balie.example/inbox"', "“web.address”.*without a path"),
        (f'{OIDC}issuer = "http://login.example.com"', "“oidc.issuer”.*https address"),
        (f'{OIDC}issuer = "https://a@login.example.com"', "“oidc.issuer”.*https address"),
        (f'{OIDC}issuer = "{ENTRA}/common/v2.0"', "“common” lets in.*your own tenant"),
        (f'{OIDC}issuer = "{ENTRA}/organizations/v2.0"', "“organizations” lets in"),
        ('[oidc]\nissuer = "https://login.example.com"', "“oidc.client_id”.*required"),
    ],
)
def test_a_file_with_a_mistake_is_a_sentence(file: Path, toml: str, says: str) -> None:
    """It names the setting and what is wrong with it."""
    file.write_text(toml, encoding="utf-8")
    with pytest.raises(SetupError, match=says):
        load(file)


def test_every_mistake_is_told_at_once(file: Path) -> None:
    """Two wrong settings are two sentences."""
    file.write_text('port = 0\nlog_level = "LOUD"', encoding="utf-8")
    with pytest.raises(SetupError) as wrong:
        load(file)
    assert "“port”" in str(wrong.value)
    assert "“log_level”" in str(wrong.value)


def test_a_file_in_another_encoding_is_a_sentence(file: Path) -> None:
    """TOML is UTF-8."""
    file.write_bytes(b'host = "caf\xe9"')
    with pytest.raises(SetupError, match="is no TOML"):
        load(file)


@pytest.mark.parametrize("missing", ["nothing.toml", ""])
def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path, missing: str) -> None:
    """A folder is no file either."""
    with pytest.raises(SetupError, match="There is no config file"):
        load(tmp_path / missing)


def test_an_unknown_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt variable is told with the names that there are, and not ignored."""
    monkeypatch.setenv("BALIE_PROT", "9000")
    with pytest.raises(SetupError, match=r"BALIE_PROT is no setting.*BALIE_PORT"):
        load(None)


def test_a_wrong_variable_names_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment is checked as the file is."""
    monkeypatch.setenv("BALIE_PORT", "many")
    with pytest.raises(SetupError, match="“port”"):
        load(None)


@pytest.mark.parametrize("name", ["port", "data"])
def test_settings_do_not_change(file: Path, name: str) -> None:
    """What was loaded is what holds until the next start."""
    found = load(file)
    with pytest.raises(ValueError, match="frozen"):
        setattr(found, name, None)


MODEM = """
[modem]
may_reset = false
balance_every_h = 12

[modem.pins]
"8931440000000000001" = "1234"
"356938035643809" = "0000"

[modem.balance.20408]
code = "*101#"
pattern = 'tegoed is (?P<euros>\\d+),(?P<cents>\\d\\d)'
"""


def test_modems_have_a_table_of_their_own(file: Path) -> None:
    """PINs by SIM or modem, how an operator tells the credit, and whether one may be restarted."""
    file.write_text(MODEM, encoding="utf-8")
    modem = load(file).modem
    assert (modem.may_reset, modem.balance_every_h) == (False, 12)
    assert {name: pin.get_secret_value() for name, pin in modem.pins.items()} == {
        "8931440000000000001": "1234",
        "356938035643809": "0000",
    }
    assert modem.balance["20408"].code == "*101#"


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("may_rest = true", "modem.may_rest.*not permitted"),
        ('pins = {"8931440000000000001" = 1234}', "“modem.pins”.*valid string"),
        ('pins = {"8931440000000000001" = "12"}', "a PIN has 4 to 8 digits"),
        ('pins = {"4821" = "8931440000000000001"}', "“modem.pins”"),
        ("balance_every_h = 0", "greater than or equal"),
        ('balance = {"20408" = {code = "101#", pattern = "("}}', "the pattern is none"),
        ('balance = {"20408" = {code = "101#", pattern = "x"}}', "needs a group"),
        ('balance = {"20408" = {code = "call", pattern = \'(?P<euros>.)\'}}', "code"),
        ('balance = {"KPN" = {code = "*1#", pattern = \'(?P<euros>.)\'}}', "KPN"),
    ],
)
def test_a_mistake_about_modems_is_a_sentence(file: Path, toml: str, says: str) -> None:
    """It names what is wrong, and never a PIN."""
    file.write_text(f"[modem]\n{toml}", encoding="utf-8")
    with pytest.raises(SetupError, match=says) as wrong:
        load(file)
    assert "4821" not in str(wrong.value)


def test_the_environment_may_say_it_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """One variable holds the table."""
    monkeypatch.setenv("BALIE_MODEM", '{"may_reset": false}')
    assert load(None).modem.may_reset is False


@pytest.mark.parametrize("table", ["modem", "phone", "web", "webhooks", "updates"])
def test_a_table_in_the_environment_that_is_no_json_is_said(
    monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    monkeypatch.setenv(f"BALIE_{table.upper()}", "no")
    with pytest.raises(SetupError, match=f"BALIE_{table.upper()} is no JSON"):
        load(None)


def test_a_pin_is_not_for_everybody(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A file with PINs that others may read is warned about, and no PIN is in a log or a text."""
    file.write_text(MODEM, encoding="utf-8")
    file.chmod(0o644)
    found = load(file)
    assert "chmod 600" in caplog.text
    assert "1234" not in caplog.text + repr(found) + str(found)
    caplog.clear()
    file.chmod(0o600)
    load(file)
    assert caplog.text == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes a file root's")
def test_a_service_reads_by_its_own_group_what_root_writes(
    file: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read by that group and nobody else, written by root alone; anything more is told, with what
    leaves Balie its settings.
    """
    gid = os.getgid()
    monkeypatch.setattr(config, "SERVICE_GROUP", grp.getgrgid(gid).gr_name)
    file.write_text(MODEM, encoding="utf-8")

    def told_of(owner: int, group: int, mode: int) -> str:
        caplog.clear()
        os.chown(file, owner, group)
        file.chmod(mode)
        load(file)
        return caplog.text

    assert told_of(0, gid, 0o640) == ""
    for group, mode in ((gid, 0o660), (gid, 0o644), (gid + 1, 0o640), (gid + 1, 0o644)):
        assert f"do: chown root:{config.SERVICE_GROUP} {file}; chmod 640" in told_of(0, group, mode)
    assert f"do: chmod 600 {file}" in told_of(1, gid, 0o640)


def test_a_mail_server_is_named_with_what_it_needs(tmp_path: Path) -> None:
    """An address to write from, a password in a file, and a port that follows from the rest."""
    file = tmp_path / "balie.toml"
    table = '[mail]\nserver = "smtp.example.com"\nsender = "Balie <balie@example.com>"\n'
    file.write_text(table)
    found = load(file).mail
    assert found
    assert (found.tls, found.sender) == ("starttls", "Balie <balie@example.com>")
    for wrong, said in (
        ('user = "balie"', "belong together"),
        ('tls = "perhaps"', "mail.tls"),
        ('password = "geheim"', "mail.password"),
    ):
        file.write_text(f"{table}{wrong}\n")
        with pytest.raises(SetupError, match=said):
            load(file)
    file.write_text(table.replace("balie@example.com", "balie"))
    with pytest.raises(SetupError, match=r"mail\.sender.*address"):
        load(file)
