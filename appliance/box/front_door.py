"""All that stands at the front door of the box, made anew together: the certificates, the page that
says how to trust them, and nginx's site.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from appliance.box.build import Build, date_of
from appliance.box.names import names_of_this_box
from appliance.box.nginx_site import nginx_site, version_of_nginx
from appliance.box.tls_folder import TlsFolder
from appliance.box.trust_page import LANGUAGES, trust_files
from appliance.box.whole_files import put_whole
from appliance.errors import SetupError

_READABLE = 0o644


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """`trouble`: what keeps the given certificate from being used, as a sentence."""

    changed: bool
    trouble: str = ""


def renew(tls: TlsFolder, build: Build, now_ms: int, *, anew: bool = False) -> Renewal:
    """Makes what is missing or out of date; nothing is written when all is as it should be.

    Raises SetupError where it cannot be made.
    """
    try:
        names = names_of_this_box(tls.names)
    except PermissionError as exc:
        raise SetupError(f"Only root may look into {tls.given}.") from exc
    now: datetime = date_of(now_ms, build)
    trouble, changed = "", False
    try:
        changed = tls.renew(names, now, build.built, anew=anew)
    except SetupError as exc:
        trouble = str(exc)
    served = tls.served(names)
    if served is None:
        raise SetupError(trouble or f"Nothing was made in {tls.folder}.")
    authority = served.authority
    changed |= _put_pages(tls.public, trust_files(authority, names))
    site = nginx_site(
        tls.folder, offers_authority=authority is not None, version=version_of_nginx()
    )
    changed |= put_whole(tls.folder / "nginx.conf", site.encode(), mode=_READABLE)
    return Renewal(changed=changed, trouble=trouble)


def _put_pages(public: Path, files: dict[str, bytes]) -> bool:
    changed = False
    for language in LANGUAGES:
        page = public / f"{language}.html"
        if page.name not in files and page.exists():
            page.unlink()
            changed = True
    for name, content in files.items():
        changed |= put_whole(public / name, content, mode=_READABLE)
    return changed
