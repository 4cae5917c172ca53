"""What a device showed, without what people wrote: one file, to send and to test with."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """`manifest` says what was recorded; `files` are what it names."""

    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]

    def packed(self, *, version: str) -> bytes:
        """A ZIP with the version of Balie that made it. Its entries bear no time."""
        facts = {**self.manifest, "balie": version, "files": sorted(self.files)}
        told = json.dumps(facts, ensure_ascii=False, indent=2).encode()
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in {MANIFEST: told, **self.files}.items():
                entry = zipfile.ZipInfo(name)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, data)
        return packed.getvalue()


class Recorder(Protocol):
    def __call__(self, address: str, *, screenshot: bool) -> Recording:
        """Takes a while. Raises DeviceError and SetupError."""
        ...
