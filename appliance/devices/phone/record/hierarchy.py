"""A dump of the screen without its texts."""

import re

from lxml import etree

from appliance.devices.phone.record import app_words
from appliance.devices.phone.record.masks import Masks

# What both dumpers write of a node's structure; every other attribute may hold words.
_STRUCTURE = frozenset(
    [
        "NAF",
        "index",
        "class",
        "package",
        "checkable",
        "checked",
        "clickable",
        "enabled",
        "focusable",
        "focused",
        "scrollable",
        "long-clickable",
        "password",
        "selected",
        "visible-to-user",
        "bounds",
        "drawing-order",
        "display-id",
        "rotation",
    ]
)
_NAME = re.compile(r"[\w.$]*")
_ID = re.compile(r"[\w.]+:id/[A-Za-z_$][\w$]*|Compose(?::[A-Z][A-Za-z]+)+")
# Where people's own words stand, an app's sentence may be somebody's, too.
_SOMEBODYS = frozenset(
    [
        "message_text",
        "caption",
        "entry",
        "quoted_text",
        "quoted_title",
        "single_msg_tv",
        "msg_from_tv",
        "title",
        "conversation_contact_name",
        "conversations_row_contact_name",
        "name_in_group_tv",
        "pushname_in_group_tv",
        "search_input",
        "search_src_text",
        "compose_message_text",
        "message_edit_text",
    ]
)


def masked_hierarchy(xml: str, masks: Masks) -> str:
    """The same tree; the words that stay are those of sentences that an app is known to say."""
    root = etree.fromstring(xml.encode(), etree.XMLParser(huge_tree=True, remove_comments=True))
    for node in root.iter():
        node.text = node.tail = None
        for name, value in node.attrib.items():
            node.set(name, _masked(node, str(name), str(value), masks))
    return etree.tostring(root, encoding="unicode", pretty_print=True)


def _masked(node: "etree._Element", name: str, value: str, masks: Masks) -> str:
    if name in _STRUCTURE:
        return value if name not in {"class", "package"} or _NAME.fullmatch(value) else ""
    if name == "resource-id":
        return masks.identities(value) if _ID.fullmatch(value) else masks.text(value)
    if _is_somebodys(node):
        return masks.text(value)
    if name == "content-desc" and app_words.is_label(value):
        return value
    return _without_names(value, masks)


def _is_somebodys(node: "etree._Element") -> bool:
    return node.get("resource-id", "").rpartition(":id/")[2] in _SOMEBODYS


def _without_names(text: str, masks: Masks) -> str:
    kept = {at for begin, end in app_words.spans_in(text) for at in range(begin, end)}
    masked = masks.text(text)
    return "".join(text[at] if at in kept else char for at, char in enumerate(masked))
