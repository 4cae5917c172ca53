"""Inner addresses are opened by the config alone, one by one."""

from pathlib import Path

import pytest

from appliance.config import load
from appliance.desk.webhooks.url_policy import UrlPolicy
from appliance.errors import InvalidInput, SetupError

OWN = "http://127.0.0.1:9000/hook"


def test_the_config_opens_an_inner_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its port, in the file or as JSON in the environment."""
    assert not load(None).webhooks.allow
    path = tmp_path / "balie.toml"
    path.write_text('[webhooks]\nallow = ["127.0.0.1:9000", "[::1]", "hub.lan"]\n', "utf-8")
    policy = UrlPolicy(load(path).webhooks.allowed)
    for url in (OWN, "http://[::1]:77/", "http://[::ffff:127.0.0.1]:9000/"):
        policy.place(url)
    with pytest.raises(InvalidInput):
        policy.place("http://127.0.0.1:9001/hook")
    monkeypatch.setenv("BALIE_WEBHOOKS", '{"allow": ["127.0.0.1:9000"]}')
    UrlPolicy(load(None).webhooks.allowed).place(OWN)
    for wrong in ('{"allow": ["http://127.0.0.1"]}', '{"allow": ["127.0.0.1:0"]}', "127.0.0.1"):
        monkeypatch.setenv("BALIE_WEBHOOKS", wrong)
        with pytest.raises(SetupError):
            load(None)


@pytest.mark.parametrize(
    ("name", "leads_to", "taken"),
    [
        ("https://planning.example", ["203.0.113.9"], ["203.0.113.9"]),
        ("https://planning.example", ["127.0.0.1", "10.0.0.9"], ["10.0.0.9"]),
        ("http://planning.example", ["10.0.0.9", "203.0.113.9"], ["10.0.0.9"]),
        ("http://planning.example", ["fd12::9"], ["fd12::9"]),
        ("http://planning.example", ["203.0.113.9"], None),
        ("https://planning.example", ["169.254.169.254", "fd00:ec2::254", "::1"], None),
        ("https://planning.example", ["::ffff:10.0.0.9", "fe80::1%2", "::"], None),
        ("https://planning.example", [], None),
    ],
)
def test_what_a_name_leads_to_is_judged(
    name: str, leads_to: list[str], taken: list[str] | None
) -> None:
    policy = UrlPolicy()
    place = policy.place(name)
    if taken is None:
        with pytest.raises(InvalidInput):
            policy.reachable(place, leads_to)
    else:
        assert policy.reachable(place, leads_to) == taken


def test_this_machine_is_refused_under_each_of_its_addresses() -> None:
    """Its address in the office's network, too: there its own pages listen."""
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outward:
        outward.connect(("192.0.2.1", 9))
        own = outward.getsockname()[0]
    for url in (f"http://{own}:8080/", f"https://{own}/"):
        with pytest.raises(InvalidInput):
            UrlPolicy().place(url)
