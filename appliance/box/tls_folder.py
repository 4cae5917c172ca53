"""The folder of the box's certificates: what nginx answers with, who vouches for it, and the page
that says how to trust it.

| file | is | who reads it |
|---|---|---|
| `ca.pem` | the box's own authority, key and certificate | root |
| `box.pem` | what nginx answers with: key, certificate, those between | root, nginx's master |
| `box.crt`, `public/ca.crt` | the same without keys | everybody |
| `public/` | the page of port 80 | everybody |
| `nginx.conf` | nginx's site | everybody |

Head office's files lie in another folder, `given`: `box.crt` and `box.key` are answered with as
they are; `ca.crt` and `ca.key` are an authority that signs in place of the box's own; `names` has
further names of the box.

Each file is replaced whole, a key together with its certificate, and the one from which the others
are made comes first. So a power cut leaves a pair that works, and the next look mends the rest.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from cryptography import x509

from appliance.box import certificates
from appliance.box.certificates import Pair, certificates_in, pair_in
from appliance.box.names import BoxNames
from appliance.box.tls_places import TLS, TLS_GIVEN
from appliance.box.whole_files import put_whole
from appliance.errors import SetupError

_READABLE = 0o644
_ENDS_SOON = timedelta(days=14)


class Source(Enum):
    """Who made what nginx answers with."""

    OWN = "own"
    AUTHORITY = "given-authority"
    FILES = "given-files"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What browsers meet: the certificate, and the authority that they have to trust (None where
    the box does not know it). `uncovered`: names of the box that the certificate lacks.
    """

    source: Source
    certificate: x509.Certificate
    authority: x509.Certificate | None
    covered: BoxNames
    uncovered: BoxNames


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFolder:
    folder: Path = TLS
    given: Path = TLS_GIVEN

    @property
    def public(self) -> Path:
        return self.folder / "public"

    @property
    def pair(self) -> Path:
        return self.folder / "box.pem"

    @property
    def names(self) -> Path:
        return self.given / "names"

    @property
    def source(self) -> Source:
        if (self.given / "box.crt").exists():
            return Source.FILES
        return Source.AUTHORITY if (self.given / "ca.crt").exists() else Source.OWN

    def served(self, names: BoxNames) -> Served | None:
        """What anybody may read of it; None where nothing was made yet."""
        chain = certificates_in(self.folder / "box.crt")
        if not chain:
            return None
        covered = certificates.names_in(chain[0])
        return Served(
            source=self.source,
            certificate=chain[0],
            authority=next(iter(certificates_in(self.public / "ca.crt")), None),
            covered=covered,
            uncovered=BoxNames(
                dns=tuple(each for each in names.dns if not _covers(covered.dns, each)),
                addresses=tuple(each for each in names.addresses if each not in covered.addresses),
            ),
        )

    def renew(
        self, names: BoxNames, now: datetime, built: datetime | None, *, anew: bool = False
    ) -> bool:
        """Makes what is missing, ends soon, or has other names; True when something changed.

        `anew`: with a new authority of the box's own. Raises SetupError when what was given is
        wrong; what nginx answers with stays then, or is the box's own where there was nothing.
        """
        with self._alone():
            try:
                return self._take(self._wanted(names, now, built, anew=anew))
            except SetupError:
                if not self.pair.exists():
                    self._take(self._by(self._authority(names, now, built), names, now))
                raise
            except OSError as exc:
                raise SetupError(f"{exc.filename} cannot be used ({exc.strerror}).") from exc

    def _wanted(
        self, names: BoxNames, now: datetime, built: datetime | None, *, anew: bool
    ) -> tuple[Pair, Pair | None]:
        if self.source is Source.FILES:
            return _checked(pair_in(self.given / "box.crt", self.given / "box.key"), now), None
        if self.source is Source.AUTHORITY:
            return self._by(pair_in(self.given / "ca.crt", self.given / "ca.key"), names, now)
        return self._by(self._authority(names, now, built, anew=anew), names, now)

    def _authority(
        self, names: BoxNames, now: datetime, built: datetime | None, *, anew: bool = False
    ) -> Pair:
        """The box's own. A new one where the box has a name for which the old one cannot speak; a
        new address alone is no reason, because every device would have to trust it again.
        """
        there = None if anew else self._own_authority()
        if there is not None:
            speaks = certificates.permitted(there.certificate, names).dns == names.dns
            if speaks and not certificates.is_due(there.certificate, now, authority=True):
                return there
        return self._new_authority(names, now, built)

    def _own_authority(self) -> Pair | None:
        """None where there is none, or a damaged one. Raises OSError for one that is not readable:
        it may still be whole.
        """
        path = self.folder / "ca.pem"
        if not path.exists():
            return None
        path.read_bytes()
        return _whole(path)

    def _new_authority(self, names: BoxNames, now: datetime, built: datetime | None) -> Pair:
        made = certificates.make_authority(names, now, since=built)
        put_whole(self.folder / "ca.pem", made.pem())
        return made

    def _by(self, authority: Pair, names: BoxNames, now: datetime) -> tuple[Pair, Pair]:
        """The pair that is there, where it still serves."""
        speaks = certificates.permitted(authority.certificate, names)
        if not speaks.dns:
            who = authority.certificate.subject.rfc4514_string()
            raise SetupError(f"The authority “{who}” may not speak for {names.first}.")
        there = _whole(self.pair)
        if there is not None and _still_serves(there, authority, speaks, now):
            return there, authority
        return certificates.make_certificate(authority, speaks, now), authority

    def _take(self, wanted: tuple[Pair, Pair | None]) -> bool:
        """What is public comes after what it is made of."""
        pair, authority = wanted
        self.public.mkdir(mode=0o755, exist_ok=True)
        self.public.chmod(0o755)
        changed = put_whole(self.pair, pair.pem())
        changed |= put_whole(self.folder / "box.crt", pair.public_pem(), mode=_READABLE)
        offered = self.public / "ca.crt"
        if authority is None:
            changed |= offered.exists()
            offered.unlink(missing_ok=True)
            return changed
        root = Pair(key=authority.key, chain=authority.chain[-1:])
        return put_whole(offered, root.public_pem(), mode=_READABLE) or changed

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The timer and a person may look at once."""
        try:
            self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError as exc:
            raise SetupError(f"{self.folder} cannot be used ({exc.strerror}).") from exc
        try:
            yield
        finally:
            os.close(handle)


def ending_of(folder: Path, now: datetime) -> str:
    """A sentence where what browsers meet ends within two weeks, or has ended; else empty."""
    for certificate in certificates_in(folder / "box.crt")[:1]:
        ends = certificate.not_valid_after_utc
        if ends < now + _ENDS_SOON:
            return f"The certificate of this box ends on {ends:%Y-%m-%d}; browsers refuse it then."
    return ""


def _whole(file: Path) -> Pair | None:
    try:
        return pair_in(file)
    except SetupError:
        return None


def _checked(pair: Pair, now: datetime) -> Pair:
    ends = pair.certificate.not_valid_after_utc
    if ends <= now:
        raise SetupError(f"The given certificate ended on {ends:%Y-%m-%d}.")
    return pair


def _still_serves(there: Pair, authority: Pair, names: BoxNames, now: datetime) -> bool:
    has = certificates.names_in(there.certificate)
    try:
        there.certificate.verify_directly_issued_by(authority.certificate)
    except Exception:  # whatever is wrong with it: another is made
        return False
    same = set(has.dns) == set(names.dns) and set(has.addresses) == set(names.addresses)
    return same and not certificates.is_due(there.certificate, now)


def _covers(names: tuple[str, ...], name: str) -> bool:
    """A star stands for one label (RFC 6125, 6.4.3)."""
    return name in names or f"*.{name.partition('.')[2]}" in names
