"""A file of people as a payroll program leaves it."""

from pathlib import Path

from appliance.desk.contacts.importing.folder_files import READY

FOLDER = "salaris"
_FILE = (
    "Persnr;Roepnaam;Voorvoegsels;Achternaam;Telefoon mobiel;Status;Sinds;Uurloon\r\n"
    "00123;Zoë;de;Wit;0612345699;geplaatst;31-03-2025;14,75\r\n"
    "00124;Bram;;Büchner;612345688;kandidaat;;15,00\r\n"
    "00125;Dirk;;Fout;12;;;14,00\r\n"
)


def leave_file(base: Path, name: str = "nacht.csv") -> None:
    """Whole: its sign lies beside it."""
    folder = base / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(_FILE.encode("cp1252"))
    (folder / f"{name}{READY}").touch()
