"""`dumpsys notification` as NotificationRecord.java writes it, over its generations."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.emulated.phone.notifications import Notification, Posted, ShadeMessage

_RECORD = "    "
_FIELD = _RECORD + "  "
_BODY = _FIELD + _FIELD
_IMPORTANCE = {0: "NONE", 1: "MIN", 2: "LOW", 3: "DEFAULT", 4: "HIGH", 5: "MAX"}
_FLAG_NAMES = {
    0x02: "ONGOING_EVENT",
    0x08: "ONLY_ALERT_ONCE",
    0x10: "AUTO_CANCEL",
    0x40: "FOREGROUND_SERVICE",
    0x200: "GROUP_SUMMARY",
}
#: Extras whose strings are printed even when the rest is redacted.
_NEVER_REDACTED = {"android.substName", "android.template"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationDump:
    """The whole dump; texts are in it only without `redact`."""

    posted: list[Posted]
    gone: list[Posted]
    sdk: int
    redact: bool

    def __str__(self) -> str:
        lines = ["Current Notification Manager state:"]
        if self.posted:
            lines.append("  Notification List:")
            for record in self.posted:
                lines += self._record(record)
            lines.append("  ")
        lines += [
            "  mUseAttentionLight=false",
            "  mHasLight=true",
            "  mNotificationPulseEnabled=true",
            "  mSoundNotificationKey=null",
            "  mVibrateNotificationKey=null",
            "  mDisableNotificationEffects=false",
            "  mCallState=CALL_STATE_IDLE",
            "  mSystemReady=true",
            "  mMaxPackageEnqueueRate=5.0",
            f"  mArchive=Archive ({len(self.gone)} notifications)",
        ]
        lines += [f"    {self._status_bar(record)}" for record in reversed(self.gone[-5:])]
        lines += [
            "  Snoozed notifications:",
            "  Ranking Config:",
            "    mSignalExtractors.length = 9",
        ]
        lines += [f"    {r.notification.key}" for r in self.posted]
        return "\n".join(lines)

    def _record(self, record: Posted) -> Iterator[str]:
        notification = record.notification
        n = notification
        yield f"{_RECORD}{self._head(n)}"
        facts = [
            f"uid={n.uid} userId=0",
            f"opPkg={n.package}",
            "icon=Icon(typ=RESOURCE pkg=" + f"{n.package} id=0x7f080c1c)",
            f"flags={_flags(n.flags, self.sdk)}",
            f"originalFlags={_flags(n.flags, self.sdk)}",
            "pri=1",
            f"key={n.key}",
            f"seen={str(record.seen).lower()}",
            f"groupKey=0|{n.package}|g:{n.group_key}",
            "notification=",
        ]
        yield from (_FIELD + fact for fact in facts)
        yield from (_BODY + line for line in self._content(n))
        yield f"{_FIELD}publicNotification="
        yield f"{_BODY}None"
        yield from (_FIELD + fact for fact in self._ranking(record))

    def _head(self, n: Notification) -> str:
        """One generation forgot the blank before appImportanceLocked."""
        locked = "appImportanceLocked=false" if self.sdk <= 32 else ""
        return (
            f"NotificationRecord(0x{_hash(n.key):08x}: pkg={n.package} user=UserHandle{{0}} "
            f"id={n.id} tag={_or_null(n.tag)} importance={n.importance} key={n.key}{locked}: "
            f"{in_short(n, sdk=self.sdk)})"
        )

    def _status_bar(self, record: Posted) -> str:
        n = record.notification
        return (
            f"StatusBarNotification(pkg={n.package} user=UserHandle{{0}} id={n.id} "
            f"tag={_or_null(n.tag)} key={n.key}: {in_short(n, sdk=self.sdk)})"
        )

    def _content(self, n: Notification) -> Iterator[str]:
        pending = f"PendingIntent{{{_hash(n.key):x}: PendingIntentRecord{{{_hash(n.title):x} "
        pending += f"{n.package} startActivity}}}}"
        when = f"{n.when_ms}/{n.when_ms}" if self.sdk >= 36 else f"{n.when_ms}"
        yield "fullscreenIntent=null"
        yield f"contentIntent={pending}"
        yield f"deleteIntent={pending.replace('startActivity', 'broadcastIntent')}"
        yield "number=0"
        yield f"groupAlertBehavior={n.group_alert}"
        yield f"when={when}"
        yield f"tickerText={self._ticker(n)}"
        yield "contentView=null"
        yield "bigContentView=null"
        yield "headsUpContentView=null"
        yield f"color=0x{n.color:08x}"
        yield "timeout=0"
        if n.actions:
            yield "actions={"
            yield from (
                f'    [{index}] "{title}" -> {pending}' for index, title in enumerate(n.actions)
            )
            yield "  }"
        yield "extras={"
        yield from (f"    {line}" for line in self._extras(n))
        yield "}"

    def _ticker(self, n: Notification) -> str:
        text = f"{n.title}: {n.text}"
        if not self.redact:
            return text
        return (text[:8] if len(text) > 16 else "") + "..."

    def _extras(self, n: Notification) -> Iterator[str]:
        messaging = n.style == "MessagingStyle"
        yield self._string("android.title", n.title)
        yield "android.reduced.images=Boolean (true)"
        if messaging:
            yield "android.hiddenConversationTitle=null"
            yield self._text("android.conversationTitle", n.conversation_title)
        yield "android.subText=null"
        if n.style:
            yield self._string("android.template", f"android.app.Notification${n.style}")
        yield "android.showChronometer=Boolean (false)"
        yield self._string("android.text", n.text)
        yield f"android.progress=Integer ({n.progress})"
        yield f"android.progressMax=Integer ({100 if n.progress else 0})"
        info = f"ApplicationInfo{{{_hash(n.package):x} {n.package}}}"
        yield f"android.appInfo=ApplicationInfo ({info})"
        yield "android.showWhen=Boolean (true)"
        if messaging:
            yield "android.messagingUser=Person (android.app.Person@1f)"
            yield self._string("android.selfDisplayName", n.self_name)
            yield from self._array("android.messages", "Parcelable", _bundles(n.messages))
            group = str(n.conversation_title is not None).lower()
            yield f"android.isGroupConversation=Boolean ({group})"
        if n.lines:
            yield from self._array("android.textLines", "CharSequence", list(n.lines))
        if n.last_row_id is not None:
            yield f"last_row_id=Long ({n.last_row_id})"

    def _text(self, key: str, value: str | None) -> str:
        return f"{key}=null" if value is None else self._string(key, value)

    def _string(self, key: str, value: str) -> str:
        if self.redact and key not in _NEVER_REDACTED:
            return f"{key}=String [length={len(value.encode('utf-16-le')) // 2}]"
        return f"{key}=String ({value})"

    def _array(self, key: str, kind: str, items: list[str]) -> Iterator[str]:
        """`Parcelable[] (2)`, and the items only when nothing is redacted."""
        yield f"{key}={kind}[] ({len(items)})"
        if not self.redact:
            yield from (f"  [{index}] {item}" for index, item in enumerate(items))

    def _ranking(self, record: Posted) -> Iterator[str]:
        n = record.notification
        importance = _IMPORTANCE[n.importance]
        yield (
            "stats=SingleNotificationStats{posttimeElapsedMs=1000, posttimeToFirstClickMs=-1, "
            "posttimeToDismissMs=-1, airtimeCount=0, airtimeMs=0, currentAirtimeStartElapsedMs=-1,"
            " airtimeExpandedMs=0, posttimeToFirstVisibleExpansionMs=-1, "
            "currentAirtimeExpandedStartElapsedMs=-1, requestedImportance=-1000, "
            f"naturalImportance={n.importance}, isNoisy=true}}"
        )
        yield "mContactAffinity=0.0"
        yield "mRecentlyIntrusive=false"
        yield "mPackagePriority=0"
        yield "mPackageVisibility=-1000"
        yield "mSystemImportance=UNSPECIFIED"
        yield "mAsstImportance=UNSPECIFIED"
        yield f"mImportance={importance}"
        yield "mImportanceExplanation=app"
        yield "mIsAppImportanceLocked=false"
        if self.sdk >= 36:
            yield "mSensitiveContent=false"
            yield "mCanceledAfterLifetimeExtension=false"
        yield "mIntercept=false"
        yield "mHidden==false"
        ranks = "crtcl=0x0000:intrsv=0x0000:grnk=0x0000:gsmry=0x0001:rnk=0x0000"
        yield f"mGlobalSortKey={ranks}:{n.id}"
        yield f"mRankingTimeMs={record.updated_ms}"
        yield f"mCreationTimeMs={record.created_ms}"
        yield "mVisibleSinceMs=0"
        yield f"mUpdateTimeMs={record.updated_ms}"
        yield f"mInterruptionTimeMs={record.updated_ms}"
        yield "mSuppressedVisualEffects= 0"
        yield (
            f"effectiveNotificationChannel=NotificationChannel{{mId='{n.channel}', mName=…, "
            f"mImportance={n.importance}}}"
        )
        yield "mAdjustments=[]"
        valid = str(n.shortcut is not None).lower()
        yield f"shortcut={_or_null(n.shortcut)} found valid? {valid}"
        if self.sdk >= 36:
            yield "hasSummarization=false"
            yield "bundleType=0"


def in_short(n: Notification, *, sdk: int) -> str:
    """What Notification.toString says."""
    category = f" category={n.category}" if n.category else ""
    group = f" groupKey={n.group_key}" if n.group_key else ""
    actions = f" actions={len(n.actions)}" if n.actions else ""
    return (
        f"Notification(channel={n.channel} shortcut={_or_null(n.shortcut)} contentView=null "
        f"vibrate=null sound=null defaults={_flags(0, sdk)} flags={_flags(n.flags, sdk)} "
        f"color=0x{n.color:08x}{category}{group}{actions} vis=PRIVATE)"
    )


def _flags(flags: int, sdk: int) -> str:
    if sdk < 36:
        return f"0x{flags:x}"
    names = [name for bit, name in _FLAG_NAMES.items() if flags & bit]
    return "|".join(names) or "0"


def _bundles(messages: tuple[ShadeMessage, ...]) -> list[str]:
    """The order of the keys is that of their Java hash codes, as ArrayMap keeps them."""
    return [
        f"Bundle[{{extras=Bundle[{{}}], sender_person=android.app.Person@{_hash(m.sender):x}, "
        f"sender={m.sender}, text={m.text}, time={m.time_ms}}}]"
        for m in messages
    ]


def _hash(text: str) -> int:
    return zlib.crc32(text.encode(errors="surrogatepass")) & 0x0FFFFFFF


def _or_null(value: str | None) -> str:
    return "null" if value is None else value
