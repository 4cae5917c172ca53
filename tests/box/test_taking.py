"""What root takes for a package, and what it refuses: each with a sentence that says what to do."""

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from appliance.box.keeper.state import Ending, State, UpdateOutcome
from appliance.box.updates import request, signing
from appliance.box.updates.packages import WAY_PACKAGE, WAY_SLOTS, is_newer
from appliance.box.updates.taking import TakeTerms, take
from appliance.errors import SetupError, UpdateRefused
from tests.box.toy_world import build_package

OURS, THEIRS = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
WANTED = TakeTerms(way=WAY_PACKAGE, runs="1.0", keys=[OURS.public_key()])


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Signed by a key that the box trusts."""
    path = build_package(tmp_path_factory.mktemp("signed"), "1.1")
    sign(path, OURS)
    return path


def sign(path: Path, key: Ed25519PrivateKey) -> None:
    beside = path.with_name(path.name + signing.SUFFIX)
    beside.write_text(signing.sign(signing.content_of(path), key))


def copied(package: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for path in (package, package.with_name(package.name + signing.SUFFIX)):
        shutil.copyfile(path, folder / path.name)
    return folder / package.name


def refused(
    source: Path, folder: Path, wanted: TakeTerms = WANTED, state: State | None = None
) -> str:
    """The code; nothing is left of the package, and the sentence is one."""
    with pytest.raises(UpdateRefused) as caught:
        take(source, folder, wanted, state or State())
    assert list(folder.iterdir()) == []
    assert re.fullmatch(r"[A-Z0-9/].*[.]", str(caught.value))
    return caught.value.code


def test_a_signed_newer_package_is_taken_as_it_is(package: Path, tmp_path: Path) -> None:
    taken = take(package, tmp_path, WANTED, State())
    assert (taken.facts.name, taken.facts.version) == ("balie", "1.1")
    assert (tmp_path / "new.deb").read_bytes() == package.read_bytes()


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def changed(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-10] ^= 1
    path.write_bytes(content)


def signed_by_others(path: Path) -> None:
    sign(path, THEIRS)


def signature_of_another(path: Path) -> None:
    """The right key, another statement: a size that was changed by hand."""
    beside = path.with_name(path.name + signing.SUFFIX)
    beside.write_text(beside.read_text().replace("bytes ", "bytes 1"))


def signature_unreadable(path: Path) -> None:
    path.with_name(path.name + signing.SUFFIX).write_bytes(b"\xff" * 9000)


def unsigned(path: Path) -> None:
    path.with_name(path.name + signing.SUFFIX).unlink()


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (cut_short, "cut-short"),
        (changed, "damaged"),
        (signed_by_others, "foreign"),
        (signature_of_another, "foreign"),
        (signature_unreadable, "foreign"),
        (unsigned, "unsigned"),
    ],
)
def test_what_is_not_as_it_was_signed_is_refused(
    package: Path, tmp_path: Path, harm: Callable[[Path], None], code: str
) -> None:
    source = copied(package, tmp_path / "stick")
    harm(source)
    assert refused(source, tmp_path / "packages") == code


def test_a_package_without_a_signature_is_taken_from_root_only(
    package: Path, tmp_path: Path
) -> None:
    """Who names the file by hand as root may install anything anyway; one that is cut short is
    refused all the same, and a signature that is there has to be right.
    """
    source = copied(package, tmp_path / "stick")
    unsigned(source)
    by_root = replace(WANTED, by_root=True, keys=[])
    assert take(source, tmp_path / "taken", by_root, State()).facts.version == "1.1"
    cut_short(source)
    assert refused(source, tmp_path / "packages", by_root) == "no-package"
    signed_by_others(source)
    assert refused(source, tmp_path / "packages", by_root) == "foreign"


def test_no_version_is_taken_that_is_not_newer(package: Path, tmp_path: Path) -> None:
    for runs, code in (("1.1", "same"), ("1.10", "older")):
        assert refused(package, tmp_path / "packages", replace(WANTED, runs=runs)) == code
    assert is_newer("1.0", "1.0~rc1")
    back = replace(WANTED, runs="1.10", backwards=True)
    assert take(package, tmp_path / "back", back, State()).facts.version == "1.1"


def test_a_version_that_came_back_is_not_tried_again_by_itself(
    package: Path, tmp_path: Path
) -> None:
    mark = signing.content_of(package).sha256
    ending = Ending(version="1.1", mark=mark, outcome=UpdateOutcome.CAME_BACK, why="units", at_ms=1)
    state = State(came_back=(ending,))
    assert refused(package, tmp_path / "packages", state=state) == "came-back"
    by_root = replace(WANTED, by_root=True)
    assert take(package, tmp_path / "taken", by_root, state).mark == mark


def test_what_is_no_package_of_balie_for_this_box_is_refused(tmp_path: Path) -> None:
    other = build_package(tmp_path, "1.1", package="other")
    sign(other, OURS)
    assert refused(other, tmp_path / "packages") == "no-package"
    text = tmp_path / "balie_1.1_all.deb"
    text.write_text("Hallo")
    sign(text, OURS)
    assert refused(text, tmp_path / "packages") == "no-package"
    foreign = build_package(tmp_path, "1.2", architecture="s390x")
    sign(foreign, OURS)
    assert refused(foreign, tmp_path / "packages") == "other-hardware"


def test_a_link_a_pipe_and_a_folder_are_not_read(package: Path, tmp_path: Path) -> None:
    """Whoever names a path may not make root read something else, or wait."""
    link, pipe = tmp_path / "link.deb", tmp_path / "pipe.deb"
    link.symlink_to(package)
    os.mkfifo(pipe)
    assert refused(link, tmp_path / "packages") == "unreadable"
    assert refused(pipe, tmp_path / "packages") == "no-package"
    assert refused(tmp_path, tmp_path / "packages") == "no-package"
    assert refused(tmp_path / "gone.deb", tmp_path / "packages") == "unreadable"


def test_a_request_is_a_path_and_nothing_else(tmp_path: Path) -> None:
    """Read once, and gone: a request that is wrong does not start root again and again."""
    request.ask_for(tmp_path, Path("/media/stick/balie_1.1_arm64.deb"))
    assert request.take_request(tmp_path) == Path("/media/stick/balie_1.1_arm64.deb")
    assert request.take_request(tmp_path) is None
    for content in (b"balie.deb", b"/a/../b.deb", b"/etc/shadow", b"/a.deb\n/b.deb", b"\xff", b""):
        (tmp_path / request.FILE).write_bytes(content)
        with pytest.raises(UpdateRefused):
            request.take_request(tmp_path)
        assert not request.is_asked(tmp_path)
    (tmp_path / request.FILE).symlink_to("/etc/hostname")
    with pytest.raises(UpdateRefused):
        request.take_request(tmp_path)
    assert not (tmp_path / request.FILE).is_symlink()
    (tmp_path / request.FILE / "full").mkdir(parents=True)
    with pytest.raises(UpdateRefused):
        request.take_request(tmp_path)
    assert not request.is_asked(tmp_path)


def test_a_file_of_keys_holds_one_or_several(tmp_path: Path) -> None:
    """So that a key can be changed: boxes know the new one before packages are signed by it."""
    path = tmp_path / "update.pub"
    assert signing.keys_in(path) == []
    pems = [
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        for key in (OURS, THEIRS)
    ]
    path.write_bytes(b"".join(pems))
    assert len(signing.keys_in(path)) == 2
    path.write_text("no key")
    with pytest.raises(SetupError):
        signing.keys_in(path)


def test_a_bundle_needs_room_for_itself_alone(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes into the other slot; a small card has no room for five of it."""
    size = package.stat().st_size
    room = shutil._ntuple_diskusage(size * 9, size * 7, size * 2)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: room)
    monkeypatch.setenv("PATH", "/nowhere")  # no RAUC here: a bundle is read no further
    assert refused(package, tmp_path / "deb") == "no-room"
    assert refused(package, tmp_path / "slot", replace(WANTED, way=WAY_SLOTS)) == "no-package"
