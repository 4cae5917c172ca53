"""A phone on the cable without USB debugging is told from the kernel's list of USB devices."""

from pathlib import Path

from appliance.devices.phone.enrolment.usb_phones import without_debugging
from appliance.enrolment import Portrait, ToDo

MTP = ("06", "01", "01", "MTP")
OLD_MTP = ("ff", "ff", "00", "MTP")
PTP_CAMERA = ("06", "01", "01", "")
ADB = ("ff", "42", "01", "ADB Interface")
STORAGE = ("08", "06", "50", "")


def plug(usb: Path, port: str, *interfaces: tuple[str, str, str, str], **facts: str) -> None:
    """As the kernel writes it; what a device does not tell has no file."""
    folder = usb / port
    folder.mkdir(parents=True)
    for name, value in facts.items():
        (folder / name).write_text(f"{value}\n")
    for place, (cls, subclass, protocol, text) in enumerate(interfaces):
        own = folder / f"{port}:1.{place}"
        own.mkdir()
        (own / "bInterfaceClass").write_text(f"{cls}\n")
        (own / "bInterfaceSubClass").write_text(f"{subclass}\n")
        (own / "bInterfaceProtocol").write_text(f"{protocol}\n")
        if text:
            (own / "interface").write_text(f"{text}\n")


def test_a_phone_that_offers_its_pictures_only_lacks_debugging(tmp_path: Path) -> None:
    """With its maker and its serial; an old one gives MTP a class of its maker's."""
    plug(
        tmp_path,
        "1-1.2",
        MTP,
        idVendor="04e8",
        serial="R58M1",
        manufacturer="SAMSUNG",
        product="SAMSUNG_Android",
    )
    plug(tmp_path, "1-1.3", OLD_MTP, idVendor="1234")
    assert without_debugging(tmp_path) == [
        Portrait(address="R58M1", to_do=ToDo.DEBUGGING, maker="SAMSUNG", model="SAMSUNG_Android"),
        Portrait(address="USB 1-1.3", to_do=ToDo.DEBUGGING),
    ]


def test_what_adb_sees_and_what_is_no_phone_is_not_told(tmp_path: Path) -> None:
    """A phone with debugging on, a camera, a stick, a hub."""
    plug(tmp_path, "1-1.1", MTP, ADB, idVendor="18d1", serial="R58M2")
    plug(tmp_path, "1-1.2", PTP_CAMERA, idVendor="04a9")
    plug(tmp_path, "1-1.3", STORAGE, idVendor="0951")
    plug(tmp_path, "usb1", ("09", "00", "00", ""), idVendor="1d6b")
    assert without_debugging(tmp_path) == []


def test_a_machine_without_usb_has_none(tmp_path: Path) -> None:
    """There is no such folder in a container."""
    assert without_debugging(tmp_path / "usb") == []
