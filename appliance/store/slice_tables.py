"""Which tables head office has of a box, and by which column a thing's rows are found in them.

Every table of the schema stands here once: `tests/store/test_slices.py` holds that.
"""

from collections.abc import Mapping, Sequence

OF_MESSAGE: Mapping[str, str] = {
    "message": "id",
    "attempt": "message_id",
    "message_media": "message_id",
    "reaction": "message_id",
    "message_quote": "message_id",
    "text_below": "message_id",
    "earlier_text": "message_id",
    "near_stop": "message_id",
    "not_arrived": "message_id",
    "after_done": "answer_id",
    "cloud_message": "message_id",
    "care_mark": "message_id",
    "round_answer": "message_id",
    "list_send_item": "message_id",
}
OF_CONVERSATION: Mapping[str, str] = {
    "conversation": "id",
    "casework": "conversation_id",
    "conversation_label": "conversation_id",
    "read_mark": "conversation_id",
}
OF_CONTACT: Mapping[str, str] = {"contact": "id", "contact_identity": "contact_id"}
OF_CARD: Mapping[str, str] = {
    "identity_claim": "contact_id",
    "contact_branch": "contact_id",
    "contact_label": "contact_id",
    "contact_note": "contact_id",
    "contact_apart": "contact_id",
    "consent": "contact_id",
    "former_holder": "contact_id",
    "hold": "contact_id",
    "person_erasure": "contact_id",
    "erased_contact_branch": "contact_id",
    "privacy_step": "contact_id",
}
"""What else is known of a person; it changes seldom."""
OF_BRANCH: Mapping[str, str] = {"branch": "id", "wording": "branch_id"}
OF_LINE: Mapping[str, str] = {
    "line": "id",
    "route": "line_id",
    "duty_roster": "line_id",
    "duty_shift": "line_id",
    "handover": "line_id",
    "own_profile": "line_id",
    "unread": "line_id",
}
OF_STAFF: Mapping[str, str] = {
    "staff": "id",
    "staff_grant": "staff_id",
    "absence": "staff_id",
    "emergency": "staff_id",
}
OF_NOTE: Mapping[str, str] = {"note": "id", "note_mention": "note_id", "note_media": "note_id"}
OF_LABEL: Mapping[str, str] = {
    "label": "id",
    "conversation_label": "label_id",
    "contact_label": "label_id",
}
OF_ROUND: Mapping[str, str] = {
    "round": "id",
    "round_line": "round_id",
    "round_person": "round_id",
    "round_stranger": "round_id",
}
OF_GROUP: Mapping[str, str] = {
    "chat_group": "id",
    "group_member": "group_id",
    "group_right": "group_id",
}
OF_LIST: Mapping[str, str] = {"list": "id", "list_member": "list_id"}
OF_SEND: Mapping[str, str] = {"list_send": "id", "list_send_item": "send_id"}
OF_REQUEST: Mapping[str, str] = {"privacy_request": "id", "privacy_step": "request_id"}
OF_ONE: Mapping[str, str] = {
    "attempt_part": "attempt_id",
    "media": "id",
    "missed_call": "id",
    "incident": "id",
    "device": "id",
    "canned_text": "id",
    "saved_view": "id",
    "adoption": "id",
    "retention_run": "id",
}
OF_HISTORY: Mapping[str, str] = {
    "conversation_event": "conversation_id",
    "contact_event": "contact_id",
}
"""Told event by event: the rows of one thing grow for years."""
WHOLE = ("api_token", "retention_house", "report_house", "reading_house")
"""Told as a whole: nobody's id finds what changed in them."""

EVERY = (
    OF_BRANCH,
    OF_LINE,
    OF_STAFF,
    OF_CONTACT,
    OF_CARD,
    OF_CONVERSATION,
    OF_MESSAGE,
    OF_NOTE,
    OF_LABEL,
    OF_ROUND,
    OF_GROUP,
    OF_LIST,
    OF_SEND,
    OF_REQUEST,
    OF_ONE,
    OF_HISTORY,
)


def ways() -> Sequence[tuple[str, str]]:
    """Each table with each column by which its rows are told, but for those told as a whole."""
    return sorted({pair for each in EVERY for pair in each.items()})


def named_tables() -> frozenset[str]:
    return frozenset(WHOLE).union(*EVERY)


_NO_SECRETS = "what lets somebody in, or opens something, stays where it is used"
_NO_WORK = "how far a piece of work of this box is; the office has no such work"
_NO_DEVICES = "what a phone or modem has to be asked or told; the office drives none"
_MADE_THERE = "made of the rest, which the office has"
_AT_BOX = "looked at and decided at the box, with its phone or its files"
_ONES_OWN = "what a colleague writes or chooses for themselves while at this box"

NOT_AT_OFFICE: Mapping[str, str] = {
    **dict.fromkeys(
        ("session", "login_link", "passkey", "staff_account", "device_account", "smsgate_pass"),
        _NO_SECRETS,
    ),
    **dict.fromkeys(("house_key", "home_house", "home_key", "calendar_feed"), _NO_SECRETS),
    **dict.fromkeys(("push_subscription", "push_notice", "push_house"), _NO_SECRETS),
    **dict.fromkeys(("webhook", "webhook_cursor", "webhook_delivery"), _NO_SECRETS),
    **dict.fromkeys(("office_link", "office_command", "office_staff"), _NO_SECRETS),
    **dict.fromkeys(("meta", "idempotency", "round_follower", "retention_met"), _NO_WORK),
    **dict.fromkeys(("retention_place", "person_erasure_left", "file_left"), _NO_WORK),
    **dict.fromkeys(("page_filler", "erasure", "care_gone", "event_retention"), _NO_WORK),
    **dict.fromkeys(("mail_told", "mail_incident", "mail_follow", "rule_turn"), _NO_WORK),
    **dict.fromkeys(("welcome", "list_send_unmade", "contact_change"), _NO_WORK),
    **dict.fromkeys(("modem_model", "device_cursor", "device_setting"), _NO_DEVICES),
    **dict.fromkeys(("early_report", "long_sms", "long_sms_part", "tick_visit"), _NO_DEVICES),
    **dict.fromkeys(("media_fetch", "group_task", "phone_removal", "line_code"), _NO_DEVICES),
    **dict.fromkeys(("battery_day", "adoption_chat", "screen_rule_use"), _NO_DEVICES),
    **dict.fromkeys(("search_word", "search_subject", "search_progress"), _MADE_THERE),
    **dict.fromkeys(("search_change", "search_message", "search_name"), _MADE_THERE),
    **dict.fromkeys(
        ("canned_text_words", "report_day", "report_case", "report_sends"), _MADE_THERE
    ),
    **dict.fromkeys(("smsgate_message", "smsgate_count", "smsgate_refused"), _AT_BOX),
    **dict.fromkeys(("unknown_screen", "screen_rule", "group_journal"), _AT_BOX),
    **dict.fromkeys(("archive", "archive_part", "archive_house"), _AT_BOX),
    **dict.fromkeys(("import_folder", "import_run", "import_row"), _AT_BOX),
    **dict.fromkeys(("copy_place", "copy_drill"), _AT_BOX),
    **dict.fromkeys(("reading", "reading_who", "reading_about"), _AT_BOX),
    **dict.fromkeys(("draft", "note_draft", "notice_choice", "mail_choice"), _ONES_OWN),
    "event": "told as events, not as rows",
    "event_kind": "told as events, not as rows",
}
"""And why not."""
