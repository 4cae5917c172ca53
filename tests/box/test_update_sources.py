"""Where a newer version is found, over the real https and on a stick."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.box.updates import fetching, sources
from appliance.box.updates.packages import WAY_PACKAGE
from appliance.box.updates.sources import FoundVersion
from appliance.errors import UpdateRefused
from tests.box.shelf import announce, serving
from tests.box.toy_world import build_package
from tests.own_certificate import make_certificate


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path]]:
    """An https address and the folder behind it."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    own = make_certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(own.cert))
    with serving(folder, own) as url:
        yield url, folder


def test_the_address_says_what_there_is_and_gives_it(
    shelf: tuple[str, Path], tmp_path: Path
) -> None:
    url, folder = shelf
    package = build_package(folder, "1.1")
    package.with_name(f"{package.name}.sig").write_text("signed")
    announce(folder, package.name, package.stat().st_size)
    found = sources.newest_at(url, WAY_PACKAGE, "arm64")
    assert found
    assert found.version == "1.1"
    assert sources.newest_at(url, WAY_PACKAGE, "riscv64") is None
    fetched = fetching.fetch(found, tmp_path)
    assert fetched.parent == tmp_path / fetching.FOLDER
    assert fetched.read_bytes() == package.read_bytes()
    assert fetched.with_name(f"{fetched.name}.sig").read_text() == "signed"


def test_what_was_fetched_is_forgotten_and_nothing_else(tmp_path: Path) -> None:
    """It is a copy of our own; a package on a stick is somebody's."""
    fetched, stick = tmp_path / "data" / fetching.FOLDER, tmp_path / "stick"
    for folder in (fetched, stick):
        folder.mkdir(parents=True)
        for name in ("balie_1.1_arm64.deb", "balie_1.1_arm64.deb.sig"):
            (folder / name).touch()
        fetching.forget(folder / "balie_1.1_arm64.deb", tmp_path / "data")
    assert list(fetched.iterdir()) == []
    assert len(list(stick.iterdir())) == 2


def test_nothing_is_fetched_where_the_disk_has_no_room(
    shelf: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Balie writes there meanwhile, so some stays free; the address is not even asked, and what an
    earlier time left is gone first.
    """
    url, _ = shelf
    small = shutil.disk_usage(tmp_path)._replace(free=69_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: small)
    (tmp_path / fetching.FOLDER).mkdir()
    (tmp_path / fetching.FOLDER / "balie_1.0_arm64.deb").touch()
    found = FoundVersion(version="1.1", url=f"{url}balie_1.1_arm64.deb", size=20_000_000)
    with pytest.raises(UpdateRefused, match=r"needs 70 MB in .*, and 69 are free") as caught:
        fetching.fetch(found, tmp_path)
    assert caught.value.code == "no-room"
    assert list((tmp_path / fetching.FOLDER).iterdir()) == []


@pytest.mark.parametrize(
    ("name", "size"),
    [("../balie_1.1_arm64.deb", 100), ("other.deb", 100), ("balie_1.1_arm64.deb", 1 << 60)],
)
def test_an_index_names_no_other_place_and_no_endless_file(
    shelf: tuple[str, Path], name: str, size: int
) -> None:
    url, folder = shelf
    announce(folder, name, size)
    with pytest.raises(UpdateRefused):
        sources.newest_at(url, WAY_PACKAGE, "arm64")


@pytest.mark.parametrize(("size", "signature"), [(100_000, 200), (1_000, 100_000)])
def test_more_than_was_announced_is_not_kept(
    shelf: tuple[str, Path], tmp_path: Path, size: int, signature: int
) -> None:
    url, folder = shelf
    (folder / "balie_1.1_arm64.deb").write_bytes(b"x" * size)
    (folder / "balie_1.1_arm64.deb.sig").write_bytes(b"x" * signature)
    announce(folder, "balie_1.1_arm64.deb", 1_000)
    found = sources.newest_at(url, WAY_PACKAGE, "arm64")
    assert found
    with pytest.raises(UpdateRefused) as caught:
        fetching.fetch(found, tmp_path)
    assert caught.value.code == "unreachable"
    assert list((tmp_path / fetching.FOLDER).iterdir()) == []


def test_an_address_that_does_not_answer_is_said(shelf: tuple[str, Path]) -> None:
    url, folder = shelf
    for content in (None, "[]", "{", "[" * 60_000, '{"files": {"arm64": {}}}'):
        if content is not None:
            (folder / sources.INDEX).write_text(content)
        with pytest.raises(UpdateRefused) as caught:
            sources.newest_at(url, WAY_PACKAGE, "arm64")
        assert caught.value.code == "unreachable"


def test_the_newest_of_a_folder_is_taken_by_version_and_not_by_name(tmp_path: Path) -> None:
    for version in ("1.9", "1.10", "1.2"):
        build_package(tmp_path, version)
    (tmp_path / "balie_9_all.deb").write_text("no package")
    os.mkfifo(tmp_path / "balie_8_all.deb")
    found = sources.newest_in(tmp_path, WAY_PACKAGE, "arm64")
    assert found
    assert found.version == "1.10"


def test_a_stick_is_known_by_its_label_where_it_is_mounted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel's own lists, in a folder: no stick is plugged in where tests run."""
    device, labels, mounts = tmp_path / "sdb1", tmp_path / "labels", tmp_path / "mounts"
    device.touch()
    labels.mkdir()
    mounts.write_text(f"/dev/root / ext4 rw 0 0\n{device} /media/my\\040stick vfat ro 0 0\n")
    monkeypatch.setattr(sources, "BY_LABEL", labels)
    monkeypatch.setattr(sources, "MOUNTS", mounts)
    assert sources.stick() is None
    (labels / sources.LABEL).symlink_to(device)
    assert sources.stick() == Path("/media/my stick")
