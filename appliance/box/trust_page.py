"""The page of port 80: how to trust the box, made of its authority whenever that changes.

It stands apart from the pages of Balie and their catalogue, because nginx answers with it while
Balie is not there.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography import x509
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from appliance.box.certificates import fingerprint, permitted
from appliance.box.names import BoxNames

PARTS = Path(__file__).with_name("trust")
STARTING = "starting.html"
"""What nginx answers with while Balie is not there."""
LANGUAGES = ("nl", "en")
HTTPS = 443
_AS_THEY_ARE = ("trust.css", "trust.js", STARTING)


def trust_files(
    authority: x509.Certificate | None, names: BoxNames, *, https_port: int = HTTPS
) -> dict[str, bytes]:
    """The files by their names. Without an authority to trust there is no page."""
    files = {name: (PARTS / name).read_bytes() for name in _AS_THEY_ARE}
    if authority is not None:
        for language in LANGUAGES:
            page = _page(_words(language), authority, names, https_port)
            files[f"{language}.html"] = page.encode()
    return files


def _words(language: str) -> Mapping[str, Any]:
    return tomllib.loads((PARTS / f"{language}.toml").read_text("utf-8"))


def _page(
    words: Mapping[str, Any], authority: x509.Certificate, names: BoxNames, https_port: int
) -> str:
    templates = Environment(
        loader=FileSystemLoader(PARTS), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    port = "" if https_port == HTTPS else f":{https_port}"
    covered = permitted(authority, names)
    return templates.get_template("page.html").render(
        words=words,
        name=names.first,
        names=[*covered.dns, *map(str, covered.addresses)],
        address=f"https://{names.first}{port}/",
        fingerprint=fingerprint(authority),
        https_port=https_port,
        until=f"{authority.not_valid_after_utc:%Y-%m-%d}",
    )
