"""Who vouches for the office: boxes trust this authority and no other one.

The office makes its own, as a box does (`box/tls_folder.py`), in `tls/` of its data directory;
files that the company gives in `tls/given/` take its place.
"""

from datetime import datetime
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from appliance.box.names import names_of_this_box
from appliance.box.tls_folder import TlsFolder

FOLDER = "tls"


def folder_of(data: Path) -> TlsFolder:
    return TlsFolder(folder=data / FOLDER, given=data / FOLDER / "given")


def renew(data: Path, now: datetime) -> Path:
    """Makes what is missing or ends soon; the file with the office's key and certificate.

    Raises SetupError.
    """
    tls = folder_of(data)
    tls.renew(names_of_this_box(tls.names), now, None)
    return tls.pair


def pem_of(data: Path) -> bytes | None:
    """None where there is none: the office speaks plain http on this machine."""
    file = folder_of(data).public / "ca.crt"
    return file.read_bytes() if file.exists() else None


def fingerprint_of(pem: bytes) -> str:
    """As an invitation has it: SHA-256 of the DER, in hex."""
    found = x509.load_pem_x509_certificate(pem)
    return sha256(found.public_bytes(Encoding.DER)).hexdigest()
