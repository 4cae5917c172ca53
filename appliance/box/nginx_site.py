"""nginx's site in front of Balie, for the nginx that this machine has."""

import re
import subprocess
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from appliance.box.trust_page import STARTING

_TEMPLATE = Path(__file__).with_name("nginx_site.conf")
_HAS_HTTP2_LINE = (1, 25, 1)
"""From here on `http2 on` is a line of its own, and the word behind `listen` warns."""
_OLDEST = (1, 22, 0)
"""Debian 12's."""
_MOST_MB = 110
"""A document of 100 MB in a form, with some room."""
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src https:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PROGRAMS = ("nginx", "/usr/sbin/nginx")
_VERSION = re.compile(r"nginx/(\d+)\.(\d+)\.(\d+)")
_IF_INET6 = Path("/proc/self/net/if_inet6")
_ERRORS = Path("/var/log/nginx/error.log")
_HTTPS = 443


def version_of_nginx() -> tuple[int, ...]:
    """Debian 12's where there is none: its lines are understood by all."""
    for program in _PROGRAMS:
        try:
            done = subprocess.run([program, "-v"], capture_output=True, text=True, check=False)
        except OSError:
            continue
        if found := _VERSION.search(done.stderr):
            return tuple(map(int, found.groups()))
    return _OLDEST


def nginx_site(
    folder: Path,
    *,
    offers_authority: bool,
    version: tuple[int, ...],
    http: int = 80,
    https: int = _HTTPS,
    host: str = "",
    upstream: str = "127.0.0.1:8080",
    errors: Path = _ERRORS,
) -> str:
    """`folder` is that of the certificates. `host`: where it listens, everywhere when empty.
    `offers_authority`: port 80 has the page that says how to trust it.
    """
    template = Environment(undefined=StrictUndefined, trim_blocks=True).from_string(  # noqa: S701
        _TEMPLATE.read_text("utf-8")  # no HTML: nothing to escape
    )
    return template.render(
        at=f"{host}:" if host else "",
        http=http,
        https=https,
        port="" if https == _HTTPS else f":{https}",
        has_ipv6=not host and has_ipv6(),
        has_http2_line=version >= _HAS_HTTP2_LINE,
        offers_authority=offers_authority,
        pair=folder / "box.pem",
        public=folder / "public",
        policy=_POLICY,
        most_mb=_MOST_MB,
        upstream=upstream,
        errors=errors,
        starting=STARTING,
    )


def has_ipv6() -> bool:
    """Without it nginx cannot listen on `[::]`, and would not start."""
    return _IF_INET6.is_file() and bool(_IF_INET6.read_text("ascii").strip())
