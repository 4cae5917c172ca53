"""The info page of one person, behind the head of their chat."""

from appliance.emulated.phone.layout import Brush, ScreenArea
from appliance.emulated.phone.node import Bounds, Node

ACTIVITY = "com.whatsapp.chatinfo.ContactInfoActivity"
_ROW_DP = 56


def draw_contact_info(
    title: str, number: str, about: str, *, brush: Brush, screen: ScreenArea
) -> Node:
    """`number` is empty where WhatsApp hides it; `about` is in their own words."""
    whole, dp = screen.whole, screen.dp
    photo = Bounds(dp(120), screen.status_bottom, dp(240), screen.status_bottom + dp(120))
    parts = [brush("ImageView", photo, rid="profile_picture_image")]
    for rid, text in (("contact_title", title), ("contact_subtitle", number), ("status", about)):
        top = screen.status_bottom + dp(120 + _ROW_DP * len(parts))
        box = Bounds(0, top, whole.right, top + dp(_ROW_DP))
        if text:
            parts.append(brush("TextView", box, rid=rid, text=text))
    return brush("FrameLayout", whole, *parts)
