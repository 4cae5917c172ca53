"""A real IMAP server on the loopback: Debian's Dovecot, as a user without rights, on a folder."""

import grp
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from imaplib import IMAP4
from pathlib import Path
from socket import create_server
from tempfile import TemporaryDirectory
from typing import Any

from imap_tools import MailBoxUnencrypted

from tests.open_folder import open_folder
from tests.own_certificate import OwnCertificate

PASSWORD = "geheim"
USER = "utrecht@example.com"
_NOBODY = 65534
_STARTS_S = 20.0

CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/base
state_dir = {folder}/state
log_path = {folder}/log
ssl = {ssl}
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
mailbox_list_index = no
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = {ssl}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  mailbox Verzonden {{
    auto = create
    special_use = \\Sent
  }}
}}
"""


@dataclass(slots=True)
class ImapServer:
    """`tls_port` is 0 without a certificate."""

    port: int
    folder: Path
    tls_port: int = 0

    def put(self, content: bytes) -> None:
        """A mail arrives."""
        with self.opened() as box:
            box.append(content, "INBOX")

    def sent(self) -> list[str]:
        """The ids of what lies among what was sent."""
        with self.opened() as box:
            box.folder.set("Verzonden")
            return [str(each.obj["Message-ID"]) for each in box.fetch(mark_seen=False)]

    def unread(self) -> int:
        with self.opened() as box:
            return len(box.uids("UNSEEN"))

    def number_anew(self) -> None:
        """As after the server was put back from a copy: its mails have other numbers."""
        for each in (self.folder / "mail" / USER).glob("dovecot*"):
            if each.name.startswith(("dovecot-uidlist", "dovecot.index", "dovecot-uidvalidity")):
                each.unlink()

    @contextmanager
    def opened(self) -> Iterator[MailBoxUnencrypted]:
        box = MailBoxUnencrypted("127.0.0.1", self.port)
        try:
            box.login(USER, PASSWORD)
        except BaseException:
            box.client.shutdown()  # the server is not ready yet
            raise
        with box:
            yield box


@contextmanager
def imap_server(certificate: OwnCertificate | None = None) -> Iterator[ImapServer]:
    """As long as the block runs, in a folder that its user may reach: pytest's own are closed."""
    with TemporaryDirectory(prefix="balie-imap-", dir=open_folder()) as folder:
        yield from _running(Path(folder), certificate)


def _running(folder: Path, certificate: OwnCertificate | None) -> Iterator[ImapServer]:
    dovecot = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin")
    assert dovecot, "scripts/prepare --tests installs dovecot-imapd"
    uid = os.getuid() or _NOBODY
    with create_server(("127.0.0.1", 0)) as free, create_server(("127.0.0.1", 0)) as second:
        port, tls_port = free.getsockname()[1], second.getsockname()[1]
    _make_folders(folder, uid)
    tls = {"ssl": "yes" if certificate else "no", "tls_port": tls_port if certificate else 0}
    about = {"folder": folder, "port": port, "password": PASSWORD, "uid": uid, **_names(uid), **tls}
    config = folder / "dovecot.conf"
    config.write_text(CONFIG.format(**about) + _certified(folder, certificate, uid))
    config.chmod(0o644)  # another test may have set this process's umask
    with (folder / "out").open("wb") as out:
        as_user: dict[str, Any] = {"user": uid, "group": _names(uid)["gid"], "extra_groups": []}
        server = subprocess.Popen(
            [dovecot, "-F", "-c", config],
            stdout=out,
            stderr=out,
            **(as_user if os.getuid() == 0 else {}),
        )
    try:
        found = ImapServer(port=port, folder=folder, tls_port=int(str(tls["tls_port"])))
        _wait_for(found, server)
        yield found
    finally:
        server.terminate()
        server.wait(10)


def _certified(folder: Path, certificate: OwnCertificate | None, uid: int) -> str:
    """Copies that its user may read, because pytest's own folders are closed."""
    if certificate is None:
        return ""
    for path in (certificate.cert, certificate.key):
        copy = folder / path.name
        shutil.copy(path, copy)
        if os.getuid() == 0:
            os.chown(copy, uid, -1)
    names = (certificate.cert.name, certificate.key.name)
    return "ssl_cert = <{folder}/{}\nssl_key = <{folder}/{}\n".format(*names, folder=folder)


def _names(uid: int) -> dict[str, object]:
    entry = pwd.getpwuid(uid)
    return {
        "user": entry.pw_name,
        "group": grp.getgrgid(entry.pw_gid).gr_name,
        "gid": entry.pw_gid,
    }


def _make_folders(folder: Path, uid: int) -> None:
    for each in ("base", "state", "mail"):
        (folder / each).mkdir(parents=True)
    if os.getuid() == 0:
        for path in (folder, *folder.iterdir()):
            os.chown(path, uid, -1)


def _wait_for(found: ImapServer, server: subprocess.Popen[bytes]) -> None:
    ends_s = time.monotonic() + _STARTS_S
    while True:
        try:
            with found.opened():
                return
        except (OSError, IMAP4.error) as error:
            if server.poll() is not None or time.monotonic() > ends_s:
                raise AssertionError(f"dovecot does not answer: {_said(found.folder)}") from error
            time.sleep(0.05)


def _said(folder: Path) -> str:
    """What Dovecot wrote before and after it opened its log."""
    files = (folder / "out", folder / "log")
    return "\n".join(each.read_text(errors="replace") for each in files if each.exists())
