"""The notification shade as it is drawn: nobody has published a dump of it, so ids and tree are
those of Android's own templates.
"""

from collections.abc import Sequence

from appliance.emulated.phone.layout import Brush, ScreenArea
from appliance.emulated.phone.node import Bounds, Node
from appliance.emulated.phone.notifications import FLAG_GROUP_SUMMARY, Notification

_SYSTEM = Brush("com.android.systemui")
_ROW_DP = 84
_TOP_DP = 160

OPENS = "notice"
"""The action of a row; behind it stands the key of its notification."""


def draw_shade(screen: ScreenArea, posted: Sequence[Notification]) -> Node:
    """The newest first; a summary is the head of its group and no row of its own."""
    shown = [each for each in reversed(posted) if not each.flags & FLAG_GROUP_SUMMARY]
    height, first = screen.dp(_ROW_DP), screen.dp(_TOP_DP)
    rows = []
    for index, notification in enumerate(shown):
        top = first + index * height
        if top + height <= screen.height:
            rows.append(_row(notification, Bounds(0, top, screen.width, top + height)))
    whole = Bounds(0, 0, screen.width, screen.height)
    stack = _SYSTEM("ScrollView", whole, *rows, rid="notification_stack_scroller")
    return _SYSTEM("FrameLayout", whole, stack, rid="notification_panel")


def _row(notification: Notification, bounds: Bounds) -> Node:
    middle = (bounds.top + bounds.bottom) // 2
    above = Bounds(bounds.left, bounds.top, bounds.right, middle)
    below = Bounds(bounds.left, middle, bounds.right, bounds.bottom)
    return _SYSTEM.button(
        "FrameLayout",
        bounds,
        _SYSTEM("TextView", above, rid="android:id/title", text=notification.title),
        _SYSTEM("TextView", below, rid="android:id/text", text=notification.text),
        rid="expandableNotificationRow",
        action=f"{OPENS}:{notification.key}",
    )
