"""`dumpsys notification` as AOSP's NotificationRecord prints it, for WhatsApp's notifications.

Written from `NotificationRecord.java` and `Bundle.toString`, apart from the emulated phone and
from the parser, so that the three cannot be wrong together.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Said:
    """`sender` None is the owner's own echo as Android itself marks it."""

    sender: str | None
    text: str
    time_ms: int


@dataclass(frozen=True, kw_only=True)
class Chat:
    jid: str
    said: tuple[Said, ...]
    identity: int = 0x0A1B2C3D
    title: str = "Anna"
    package: str = "com.whatsapp"
    tag: str = "so0wU9GptAxVk3pxSoqvrKXNOYvnbXHY4jjBc+Fj6rs=\n"
    conversation: str | None = None
    own_name: str | None = None
    user: int = 0
    flags: str = "0x8"
    joined_key: bool = False
    unparcelled: bool = False
    shortcut: bool = True
    text_after: bool = False
    when_pair: bool = False
    channel: str = "individual_chat_defaults_2"
    category: str | None = "msg"
    array: bool = True
    progress: int = 0
    template: str = "MessagingStyle"
    rings: bool = False


def dump(*chats: Chat, redact: bool, archive: bool = False) -> str:
    lines = ["Current Notification Manager state:", "  Notification List:"]
    for chat in chats:
        lines += _record(chat, redact=redact)
    lines += ["  ", "  mUseAttentionLight=false", "  mArchive=Archive (0 notifications)"]
    if archive:
        lines.append("  Enqueued Notification List:")
        for chat in chats:
            lines += _record(chat, redact=redact)
    return "\n".join(lines) + "\n"


def _record(chat: Chat, *, redact: bool) -> list[str]:
    key = f"{chat.user}|{chat.package}|1|{chat.tag}|10342"
    gap = "appImportanceLocked=false" if chat.joined_key else ""
    shortcut = chat.jid if chat.shortcut else "null"
    last = chat.said[-1]
    when = f"{last.time_ms}/{last.time_ms}" if chat.when_pair else f"{last.time_ms}"
    ticker = f"{chat.title}: {last.text}"
    ticker = (ticker[:8] + "..." if len(ticker) > 16 else "...") if redact else ticker
    header = (
        f"    NotificationRecord(0x{chat.identity:08x}: pkg={chat.package}"
        f" user=UserHandle{{{chat.user}}} id=1 tag={chat.tag} importance=4 key={key}{gap}:"
        f" Notification(channel={chat.channel} shortcut={shortcut} contentView=null"
        f" vibrate=null sound=null defaults=0x0 flags={chat.flags} color=0xff1da457"
        f"{f' category={chat.category}' if chat.category else ''}"
        f" groupKey=group_key_messages actions=2 vis=PRIVATE publicVersion=Notification(null)))"
    )
    return [
        header,
        f"      uid=10342 userId={chat.user}",
        f"      opPkg={chat.package}",
        "      icon=Icon(typ=RESOURCE pkg=com.whatsapp id=0x7f0809d4)",
        f"      flags={chat.flags}",
        f"      originalFlags={chat.flags}",
        "      pri=1",
        f"      key={key}",
        "      seen=false",
        f"      groupKey={chat.user}|{chat.package}|g:group_key_messages",
        "      notification=",
        f"            fullscreenIntent={'PendingIntent{5d0}' if chat.rings else 'null'}",
        "            contentIntent=PendingIntent{5d1 PendingIntentRecord{4f com.whatsapp}}",
        "            deleteIntent=PendingIntent{5d2 PendingIntentRecord{50 com.whatsapp}}",
        "            number=0",
        "            groupAlertBehavior=0",
        f"            when={when}",
        f"            tickerText={ticker}",
        "            contentView=null",
        "            bigContentView=null",
        "            headsUpContentView=null",
        "            color=0xff1da457",
        "            timeout=0",
        "            actions={",
        '                [0] "Reply" -> PendingIntent{5d3 PendingIntentRecord{51 com.whatsapp}}',
        "              }",
        "            extras={",
        *_extras(chat, redact=redact),
        "            }",
        "      publicNotification=",
        "            None",
        "      stats=SingleNotificationStats{posttimeElapsedMs=0}",
        "      mContactAffinity=0.5",
        f"      mCreationTimeMs={chat.said[0].time_ms}",
        f"      mUpdateTimeMs={last.time_ms}",
        "      mSuppressedVisualEffects= 0",
        f"      shortcut={shortcut} found valid? true",
    ]


def _extras(chat: Chat, *, redact: bool) -> list[str]:
    text = [_value("android.text", chat.said[-1].text, redact=redact)]
    lines = [
        _value("android.title", chat.title, redact=redact),
        "                android.subText=null",
    ]
    if chat.conversation is not None:
        lines.append(_value("android.conversationTitle", chat.conversation, redact=redact))
    if chat.own_name is not None:
        lines.append(_value("android.selfDisplayName", chat.own_name, redact=redact))
    lines += [] if chat.text_after else text
    lines.append("                android.showWhen=Boolean (true)")
    lines.append(f"                android.progressMax=Integer ({chat.progress})")
    if chat.array:
        lines.append(f"                android.messages=Parcelable[] ({len(chat.said)})")
    if chat.array and not redact:
        lines += [f"                  [{at}] {_bundle(chat, s)}" for at, s in enumerate(chat.said)]
    lines += text if chat.text_after else []
    lines.append("                last_row_id=Long (4711)")
    lines.append(
        f"                android.template=String (android.app.Notification${chat.template})"
    )
    return lines


def _value(key: str, text: str, *, redact: bool) -> str:
    shown = f"String [length={len(text)}]" if redact else f"String ({text})"
    return f"                {key}={shown}"


def _bundle(chat: Chat, said: Said) -> str:
    if chat.unparcelled:
        return "Bundle[mParcelledData.dataSize=612]"
    # ArrayMap sorts by hash: extras, sender_person, sender, text, time for these keys.
    person = "null" if said.sender is None else "android.app.Person@1f2e3d"
    name = "null" if said.sender is None else said.sender
    return (
        f"Bundle[{{extras=Bundle[{{}}], sender_person={person}, sender={name},"
        f" text={said.text}, time={said.time_ms}}}]"
    )
