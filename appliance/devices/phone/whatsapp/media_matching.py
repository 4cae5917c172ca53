"""Which file on the phone is which message's: found out, never guessed.

The phone does not say it. A file is a message's when it can be no other message's and the message
can have no other file. Files of one person that came together are taken in their order.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from appliance.devices.media_protocol import WantedFile
from appliance.devices.phone.adb.files import PhoneFile

Fits = Callable[[WantedFile, PhoneFile], bool]


def matched(
    wanted: Sequence[WantedFile], files: Sequence[PhoneFile], fits: Fits
) -> Mapping[str, PhoneFile]:
    """The sure pairs, by the id of the medium; `files` are those that nobody has yet."""
    possible = {
        each.media_id: [file for file in files if fits(each, file)]
        for each in sorted(wanted, key=lambda each: each.written_ms)
    }
    found: dict[str, PhoneFile] = {}
    while pair := _only_pair(possible):
        found |= pair
        _strike(possible, pair)
    return found | _in_order(wanted, possible)


def _only_pair(possible: Mapping[str, Sequence[PhoneFile]]) -> dict[str, PhoneFile] | None:
    """A message of which exactly one file can be no other's."""
    for media_id, files in possible.items():
        others = {file for other, its in possible.items() if other != media_id for file in its}
        own = [file for file in files if file not in others]
        if len(own) == 1:
            return {media_id: own[0]}
    return None


def _in_order(
    wanted: Sequence[WantedFile], possible: Mapping[str, Sequence[PhoneFile]]
) -> dict[str, PhoneFile]:
    """Several of one chat and as many files that are theirs alone, as an album has."""
    found: dict[str, PhoneFile] = {}
    left = [each for each in wanted if possible.get(each.media_id)]
    for _, group in groupby(sorted(left, key=lambda each: each.chat), key=lambda each: each.chat):
        theirs = sorted(group, key=lambda each: (each.written_ms, each.media_id))
        ids = {each.media_id for each in theirs}
        files = {file for media_id in ids for file in possible[media_id]}
        others = {file for other, its in possible.items() if other not in ids for file in its}
        if len(files) == len(theirs) and not files & others:
            ordered = sorted(files, key=lambda file: (file.changed_s, file.name))
            pairs = zip(theirs, ordered, strict=True)
            if all(file in possible[each.media_id] for each, file in pairs):
                found |= {each.media_id: file for each, file in zip(theirs, ordered, strict=True)}
    return found


def _strike(possible: dict[str, list[PhoneFile]], pair: Mapping[str, PhoneFile]) -> None:
    taken = set(pair.values())
    for media_id in list(possible):
        possible[media_id] = [file for file in possible[media_id] if file not in taken]
    for media_id in pair:
        del possible[media_id]
