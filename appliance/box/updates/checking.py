"""Which newer version there is, and what is said of it."""

from dataclasses import dataclass
from pathlib import Path

from appliance.box.keeper.errors import KeeperError
from appliance.box.updates import sources
from appliance.box.updates.packages import is_newer, own_architecture, read_package
from appliance.box.updates.sources import FoundVersion
from appliance.box.updates.standing import NO_WAY, UpdateStanding
from appliance.errors import UpdateRefused
from appliance.update_settings import UpdateSettings

NEWER, SAME, OLDER, CAME_BACK, NOTHING = "newer", "same", "older", "came-back", "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    found: FoundVersion | None
    verdict: str
    sentence: str


def look(settings: UpdateSettings, now: UpdateStanding, source: Path | None = None) -> Offer:
    """At the file or folder that is named, else at a stick, else at the address. Blocks. Raises
    UpdateRefused.
    """
    if now.way == NO_WAY:
        sentence = "This Balie was not installed by a package; update it as it was installed."
        return Offer(found=None, verdict=NOTHING, sentence=sentence)
    found = _found(settings, now, source)
    if found is None:
        return Offer(found=None, verdict=NOTHING, sentence=_nothing(settings, source))
    if found.version == now.runs:
        sentence = f"Version {found.version} is there, and runs already."
        return Offer(found=found, verdict=SAME, sentence=sentence)
    if not is_newer(found.version, now.runs):
        sentence = f"Version {found.version} is there, which is older than {now.runs}."
        return Offer(found=found, verdict=OLDER, sentence=sentence)
    if now.came_back and now.came_back.version == found.version:
        sentence = f"Version {found.version} is there; it was tried here and came back."
        return Offer(found=found, verdict=CAME_BACK, sentence=sentence)
    sentence = f"Version {found.version} is there: balie update install."
    return Offer(found=found, verdict=NEWER, sentence=sentence)


def _found(
    settings: UpdateSettings, now: UpdateStanding, source: Path | None
) -> FoundVersion | None:
    try:
        architecture = own_architecture(now.way)
    except (KeeperError, ValueError, KeyError) as exc:
        raise UpdateRefused("no-way", f"This machine does not say what it is: {exc}.") from exc
    if source is not None and not source.is_dir():
        facts = read_package(source, now.way)
        return FoundVersion(version=facts.version, path=source)
    if (folder := source or sources.stick()) is not None:
        return sources.newest_in(folder, now.way, architecture)
    if settings.url is None:
        return None
    return sources.newest_at(settings.url, now.way, architecture)


def _nothing(settings: UpdateSettings, source: Path | None) -> str:
    if source is not None:
        return f"In {source} lies no package for this box."
    if settings.url is None:
        return (
            f"There is no stick named {sources.LABEL}, and no address in the config"
            " ([updates] url)."
        )
    return "There is no version for this box at the address of the config."
