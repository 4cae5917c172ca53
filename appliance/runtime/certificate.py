"""The certificate that Balie answers with over https, read again where it was renewed."""

import logging
import ssl
import stat
from pathlib import Path
from typing import Self

from appliance.errors import SetupError

log = logging.getLogger(__name__)


class Certificate:
    """`context` stays the same object: who connects after a renewal gets the new certificate."""

    def __init__(self, cert: Path, key: Path) -> None:
        """Raises SetupError with what to do."""
        self._cert, self._key = cert, key
        self.context = _fresh()
        self._refused = ""
        self._load()
        if key.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            log.warning("others may read the key %s; do: chmod 600 %s", key, key)

    @classmethod
    def given(cls, cert: Path | None, key: Path | None) -> Self | None:
        """None: plain http. Raises SetupError."""
        if cert is None and key is None:
            return None
        if cert is None or key is None:
            missing = "--cert" if cert is None else "--key"
            raise SetupError(f"For https give both --cert and --key; {missing} is missing.")
        return cls(cert, key)

    def look(self) -> None:
        """Reads the files again where they changed; what cannot be read changes nothing."""
        try:
            if self._changed_ns() != self._read_ns:
                self._load()
                log.info("the certificate %s was read again", self._cert)
                self._refused = ""
        except (OSError, SetupError) as exc:
            if self._refused != str(exc):
                log.warning("the certificate stays as it was: %s", exc)
            self._refused = str(exc)

    def _load(self) -> None:
        try:
            changed_ns = self._changed_ns()
            # A context that has taken a certificate whose key does not fit answers nobody.
            _fresh().load_cert_chain(self._cert, self._key)
            self.context.load_cert_chain(self._cert, self._key)
            self._read_ns = changed_ns
        except FileNotFoundError as exc:
            raise SetupError(f"There is no file {exc.filename or self._cert}.") from exc
        except ssl.SSLError as exc:
            raise SetupError(
                f"{self._cert} and {self._key} are no certificate with its key as PEM"
                f" ({exc.reason or exc})."
            ) from exc
        except OSError as exc:
            raise SetupError(
                f"The certificate or its key cannot be read ({exc.strerror})."
            ) from exc

    def _changed_ns(self) -> tuple[int, int]:
        return self._cert.stat().st_mtime_ns, self._key.stat().st_mtime_ns


def _fresh() -> ssl.SSLContext:
    return ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
