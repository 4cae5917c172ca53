"""The certificates of the box, judged by OpenSSL's program and by Python's ssl."""

import os
import signal
import ssl
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from appliance.box.build import Build, date_of, this_build
from appliance.box.certificates import (
    LIFE,
    Pair,
    is_due,
    make_authority,
    make_certificate,
    names_in,
    pair_in,
)
from appliance.box.names import BoxNames, names_of_this_box
from appliance.box.tls_folder import Source, TlsFolder
from appliance.errors import SetupError
from tests.key_agreement import agree

NOW = datetime.now(UTC).replace(microsecond=0)
NAMES = BoxNames(
    dns=("balie-utrecht.local", "balie-utrecht"),
    addresses=(ip_address("192.168.7.20"), ip_address("fd00::20")),
)
ONLY_4 = BoxNames(dns=NAMES.dns, addresses=NAMES.addresses[:1])


@pytest.fixture
def tls(tmp_path: Path) -> TlsFolder:
    return TlsFolder(folder=tmp_path / "tls", given=tmp_path / "given")


def by_openssl(folder: Path, authority: Pair, leaf: Pair, name: str) -> bool:
    """What OpenSSL's program says of the chain and of the name in it."""
    (folder / "authority.pem").write_bytes(authority.public_pem())
    (folder / "leaf.pem").write_bytes(leaf.public_pem())
    kind = "-verify_ip" if name[0].isdigit() or ":" in name else "-verify_hostname"
    command = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", kind, name]
    command += ["-CAfile", str(folder / "authority.pem"), str(folder / "leaf.pem")]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def by_python(folder: Path, authority: Pair, leaf: Pair, name: str) -> bool:
    """Whether Python's client agrees on a key with a server that has this certificate."""
    (folder / "server.pem").write_bytes(leaf.pem())
    serves = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serves.load_cert_chain(folder / "server.pem")
    asks = ssl.create_default_context(cadata=authority.public_pem().decode())
    return agree(serves, asks, name)


def verdicts(folder: Path, authority: Pair, names: BoxNames, name: str) -> set[bool]:
    """Of both, about a certificate that this authority signed for these names, permitted or not."""
    leaf = make_certificate(authority, names, NOW)
    judges = (by_openssl, by_python)
    return {judge(folder, authority, leaf, name) for judge in judges}


@pytest.mark.parametrize("name", ["balie-utrecht.local", "balie-utrecht", "192.168.7.20"])
def test_the_chain_holds_for_the_names_of_the_box(tmp_path: Path, name: str) -> None:
    assert verdicts(tmp_path, make_authority(NAMES, NOW), NAMES, name) == {True}


@pytest.mark.parametrize(
    "stolen",
    [
        BoxNames(dns=("bank.example",)),
        BoxNames(dns=("balie-breda.local",)),
        BoxNames(dns=(), addresses=(ip_address("192.168.7.1"),)),
        BoxNames(dns=(), addresses=(ip_address("fd00::21"),)),
    ],
    ids=str,
)
@pytest.mark.parametrize("own", [NAMES, ONLY_4, BoxNames(dns=NAMES.dns)], ids=["both", "4", "none"])
def test_with_a_stolen_authority_nobody_passes_for_another_machine(
    tmp_path: Path, own: BoxNames, stolen: BoxNames
) -> None:
    """Also where the box has no address of that kind, which would leave the kind free."""
    name = stolen.dns[0] if stolen.dns else str(stolen.addresses[0])
    forged = BoxNames(dns=stolen.dns or own.dns, addresses=stolen.addresses)
    assert verdicts(tmp_path, make_authority(own, NOW), forged, name) == {False}


def test_it_lives_no_longer_than_browsers_take() -> None:
    leaf = make_certificate(make_authority(NAMES, NOW), NAMES, NOW).certificate
    life = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    assert life == LIFE <= timedelta(days=397)
    assert not is_due(leaf, NOW)
    assert is_due(leaf, NOW + timedelta(days=270))


@pytest.mark.parametrize("own", [NAMES, BoxNames(dns=NAMES.dns)], ids=["lan", "none"])
def test_who_comes_from_home_later_finds_the_same_authority(
    tls: TlsFolder, tmp_path: Path, own: BoxNames
) -> None:
    """The address is one of a network that was chosen after every device had trusted the box."""
    assert tls.renew(own, NOW, None)
    authority = pair_in(tls.folder / "ca.pem")
    home = ip_address("10.100.7.1")
    opened = BoxNames(dns=own.dns, addresses=(*own.addresses, home))
    assert tls.renew(opened, NOW, None)
    assert pair_in(tls.folder / "ca.pem").certificate == authority.certificate
    leaf = pair_in(tls.pair)
    assert {judge(tmp_path, authority, leaf, str(home)) for judge in (by_openssl, by_python)} == {
        True
    }


def test_it_is_renewed_by_itself_and_what_devices_trust_stays(tls: TlsFolder) -> None:
    """When a third of its life is left, and when the address is another one."""
    assert tls.renew(NAMES, NOW, None)
    first = pair_in(tls.pair)
    assert not tls.renew(NAMES, NOW + timedelta(days=200), None)
    assert tls.renew(NAMES, NOW + timedelta(days=300), None)
    assert pair_in(tls.pair).certificate != first.certificate
    moved = BoxNames(dns=NAMES.dns, addresses=(ip_address("192.168.9.4"),))
    assert tls.renew(moved, NOW, None)
    served = tls.served(moved)
    assert served is not None
    assert served.uncovered.addresses == moved.addresses  # the authority does not speak for it
    assert served.covered.dns == NAMES.dns
    authority = served.authority
    assert authority is not None
    pair_in(tls.pair).certificate.verify_directly_issued_by(authority)
    first.certificate.verify_directly_issued_by(authority)


def test_another_name_needs_another_authority(tls: TlsFolder) -> None:
    """The old one cannot speak for it, so the box would be reached by no name at all."""
    tls.renew(NAMES, NOW, None)
    before = (tls.public / "ca.crt").read_bytes()
    renamed = BoxNames(dns=("balie-zeist.local", "balie-zeist"), addresses=NAMES.addresses)
    assert tls.renew(renamed, NOW, None)
    assert (tls.public / "ca.crt").read_bytes() != before
    assert names_in(pair_in(tls.pair).certificate).dns == renamed.dns


def test_only_root_reads_the_keys(tls: TlsFolder) -> None:
    """What is public holds no key, whatever the umask of who made it."""
    before = os.umask(0o077)
    try:
        tls.renew(NAMES, NOW, None)
    finally:
        os.umask(before)
    for path in (tls.pair, tls.folder / "ca.pem"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for path in (tls.folder / "box.crt", tls.public / "ca.crt"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
        assert b"PRIVATE" not in path.read_bytes()


def test_a_clock_before_the_build_makes_nothing_that_ended(tls: TlsFolder, tmp_path: Path) -> None:
    """In 1970 it is at least the day of the build; an authority never begins after that day."""
    told = tmp_path / "build.json"
    told.write_text('{"version": "1.0", "built": "2020-03-01T00:00:00+00:00"}', "utf-8")
    build = this_build(told)
    first = date_of(0, build)
    assert first == build.built
    tls.renew(NAMES, first, build.built)
    assert pair_in(tls.pair).certificate.not_valid_after_utc > first
    tls.renew(NAMES, datetime(2099, 1, 1, tzinfo=UTC), build.built)  # and once far ahead
    assert tls.renew(NAMES, NOW, build.built)
    assert not is_due(pair_in(tls.pair).certificate, NOW)
    authority = pair_in(tls.folder / "ca.pem").certificate
    assert authority.not_valid_before_utc <= NOW
    assert this_build(tmp_path / "none") == Build(version="0.1.0", built=None)


def write_given(tls: TlsFolder, name: str, pair: Pair) -> None:
    tls.given.mkdir(exist_ok=True)
    (tls.given / f"{name}.crt").write_bytes(pair.public_pem())
    key = pair.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tls.given / f"{name}.key").write_bytes(key)


def test_head_office_signs_in_place_of_the_box(tls: TlsFolder) -> None:
    """Its authority is the one to trust; the box's own is not made at all."""
    office = make_authority(NAMES, NOW)
    write_given(tls, "ca", office)
    tls.renew(NAMES, NOW, None)
    assert (tls.public / "ca.crt").read_bytes() == office.public_pem()
    pair_in(tls.pair).certificate.verify_directly_issued_by(office.certificate)
    assert not (tls.folder / "ca.pem").exists()
    assert tls.source is Source.AUTHORITY


def test_given_files_are_answered_with_as_they_are(tls: TlsFolder) -> None:
    """There is nothing to trust then that the box knows of."""
    own = make_certificate(make_authority(NAMES, NOW), NAMES, NOW)
    write_given(tls, "box", own)
    assert tls.renew(NAMES, NOW, None)
    assert pair_in(tls.pair).chain == own.chain
    assert not (tls.public / "ca.crt").exists()
    assert not tls.renew(NAMES, NOW, None)


def test_wrong_files_cost_the_box_nothing(tls: TlsFolder) -> None:
    """It says what is wrong and goes on with what it had; a new box makes its own."""
    own = make_certificate(make_authority(NAMES, NOW), NAMES, NOW)
    stranger = Pair(key=ec.generate_private_key(ec.SECP256R1()), chain=own.chain)
    write_given(tls, "box", stranger)
    for _ in range(2):
        with pytest.raises(SetupError, match="does not belong to the key"):
            tls.renew(NAMES, NOW, None)
        assert tls.served(NAMES) is not None
    long_ago = NOW - timedelta(days=500)
    ended = make_certificate(make_authority(NAMES, long_ago), NAMES, long_ago)
    write_given(tls, "box", ended)
    before = tls.pair.read_bytes()
    with pytest.raises(SetupError, match="ended on"):
        tls.renew(NAMES, NOW, None)
    assert tls.pair.read_bytes() == before


_RENEWING = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from appliance.box.names import BoxNames
from appliance.box.tls_folder import TlsFolder
tls = TlsFolder(folder=Path(sys.argv[1]), given=Path(sys.argv[1]) / "none")
while True:
    tls.renew(BoxNames(dns=("balie-utrecht.local",)), datetime.now(UTC), None, anew=True)
    print("renewed", flush=True)
"""


def test_killed_at_any_moment_it_leaves_a_whole_pair(tls: TlsFolder) -> None:
    """The key and its certificate are replaced together; the next look mends what is left."""
    names = BoxNames(dns=("balie-utrecht.local",))
    for times in range(1, 6):
        with subprocess.Popen(
            [sys.executable, "-c", _RENEWING, str(tls.folder)], stdout=subprocess.PIPE
        ) as child:
            assert child.stdout is not None
            for _ in range(times):
                child.stdout.readline()
            child.send_signal(signal.SIGKILL)
        assert pair_in(tls.pair).chain
        tls.renew(names, NOW, None)
        assert not tls.renew(names, NOW, None)
        (public,) = x509.load_pem_x509_certificates((tls.public / "ca.crt").read_bytes())
        pair_in(tls.pair).certificate.verify_directly_issued_by(public)
        assert public.fingerprint(hashes.SHA256()) == pair_in(
            tls.folder / "ca.pem"
        ).certificate.fingerprint(hashes.SHA256())
    left = sorted(each.name for each in tls.folder.glob(".*.part"))
    assert set(left) <= {".ca.pem.part", ".box.pem.part", ".box.crt.part"}


def test_the_box_knows_its_names(tmp_path: Path) -> None:
    """Its name on the LAN first, then what is told in a file; a name that cannot be is refused."""
    more = tmp_path / "names"
    more.write_text("# of the company's DNS\nBalie.Example.com.\n\n", "utf-8")
    names = names_of_this_box(more)
    assert names.first.endswith(".local")
    assert names.dns[-1] == "balie.example.com"
    assert all(each.is_private and not each.is_loopback for each in names.addresses)
    more.write_text("bad name\n", "utf-8")
    with pytest.raises(SetupError, match="bad name"):
        names_of_this_box(more)
