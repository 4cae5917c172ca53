"""`dumpsys notification` without its texts.

Nothing stays that is not known to be written by Android itself: the names of fields, the kinds of
values, and the values of fields that hold no words. The dump escapes nothing, so a text may look
like a field; then its words that are names of fields stay.
"""

import re
from collections.abc import Iterable

from appliance.devices.phone.record.masks import Masks

_LIST = "\n  Notification List:\n"
# What the service prints behind its list.
_END = "\n  \n"
_RECORD = re.compile(r"^ {4}NotificationRecord\(0x[0-9a-f]+: pkg=(\S+) ", re.MULTILINE)

_FIELDS = (
    "appImportanceLocked|actions|bigContentView|bundleType|category|channel|color|contentIntent"
    "|contentView|defaults|deleteIntent|effectiveNotificationChannel|extras|flags|fullscreenIntent"
    "|groupAlertBehavior|groupKey|hasSummarization|headsUpContentView|icon|id|importance|key"
    "|last_row_id|m[A-Z]\\w*|notification|number|opPkg|originalFlags|pkg|pri|publicNotification"
    "|seen|sender|sender_person|shortcut|sound|stats|tag|text|tickerText|time|timeout|typ|type|uid"
    "|uri|user|userId|vibrate|vis|when|android\\.[\\w.]+"
)
_KINDS = (
    "String|SpannableString|SpannableStringBuilder|Boolean|Integer|Long|Float|Person|Icon|Bitmap"
    "|ApplicationInfo|Bundle|RemoteViews|(?:Parcelable|Bundle|CharSequence|String)\\[\\]"
)
_KEPT = re.compile(
    rf"""
    (?P<moment>(?<![\w.])(?:when|time|m[A-Z]\w*Ms)=\d{{13}}(?:/\d{{13}})?)
    | ^\s{{4}}NotificationRecord\(0x[0-9a-f]+:
    | ^\s{{18}}\[\d+\]\s
    | ^\s*\[\d+\](?=\s")
    | (?<![\w.])(?:pkg|opPkg)=[\w.]+
    | (?<![\w.])(?:flags|originalFlags|vis|category|channel|groupAlertBehavior|typ)=[\w|@.]+
    | (?<![\w.])(?:id|uid|userId|importance|pri|number|timeout|last_row_id)=-?\d{{1,6}}\b
    | (?<![\w.])key=\d+\|[\w.]+\|-?\d+\|
    | g:group_key_messages
    | (?<![\w.])(?:{_FIELDS})=(?:(?:null|true|false|None|0x[0-9a-f]+)(?![\w.]))?
    | (?<==)(?:{_KINDS})\s\[length=\d+\]
    | (?<==)(?:Boolean|Integer|Long|(?:Parcelable|Bundle|CharSequence)\[\])\s
      \((?:true|false|-?\d{{1,6}})\)
    | (?<==)(?:{_KINDS})\s\(
    | android\.app\.(?:Notification\$\w+|Person@[0-9a-f]+)
    | ApplicationInfo\{{[0-9a-f]+\s[\w.]+\}}
    | PendingIntent\{{[0-9a-f]+:\sPendingIntentRecord\{{[0-9a-f]+\s[\w.]+\s\w+\}}\}}
    | Icon\(typ=RESOURCE\spkg=[\w.]+\sid=0x[0-9a-f]+\)
    | UserHandle\{{-?\d+\}} | Bundle\[ | EMPTY_PARCEL | :\sNotification\( | mParcelledData.dataSize
    | NotificationChannel\{{mId=' | found\svalid\?\s(?:true|false)
    """,
    re.VERBOSE | re.MULTILINE,
)
_DIGITS = re.compile(r"\d{13}")


def masked_notifications(dump: str, packages: Iterable[str], masks: Masks) -> str:
    """The list of the notifications of these apps; the rest of the dump is left out."""
    begin = dump.find(_LIST)
    if begin < 0:
        return ""
    wanted = frozenset(packages)
    kept = (_masked(each, masks) for package, each in _records(dump, begin) if package in wanted)
    return f"Current Notification Manager state:{_LIST}{''.join(kept)}  \n"


def _records(dump: str, begin: int) -> Iterable[tuple[str, str]]:
    """Each with its package, up to the next one; the last up to the end of the list."""
    headers = list(_RECORD.finditer(dump, begin))
    if not headers:
        return
    end_of_list = dump.find(_END, headers[-1].start())
    last = len(dump) if end_of_list < 0 else end_of_list + 1
    ends = [*(header.start() for header in headers[1:]), last]
    for header, end in zip(headers, ends, strict=True):
        yield header[1], dump[header.start() : end]


def _masked(record: str, masks: Masks) -> str:
    masked, at = [], 0
    for found in _KEPT.finditer(record):
        masked.append(masks.text(record[at : found.start()]))
        masked.append(_kept(found, masks))
        at = found.end()
    return "".join([*masked, masks.text(record[at:])])


def _kept(found: re.Match[str], masks: Masks) -> str:
    if found["moment"]:
        return _DIGITS.sub(lambda digits: str(masks.moment(int(digits[0]))), found[0])
    return masks.identities(found[0])
