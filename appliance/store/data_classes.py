"""What kind of data each column holds: what is erased, handed out, kept and never logged.

Every column of the schema stands here once; a column of an index or a view stands where its table
has it.
"""

from collections.abc import Mapping

from appliance.store.data_class import DataClass
from appliance.store.house_data_classes import HOUSE_COLUMNS
from appliance.store.mail_data_classes import MAIL_COLUMNS
from appliance.store.people_data_classes import PEOPLE_COLUMNS
from appliance.store.privacy_data_classes import PRIVACY_COLUMNS
from appliance.store.smsgate_data_classes import SMSGATE_COLUMNS
from appliance.store.webhook_data_classes import WEBHOOK_COLUMNS

COLUMNS: Mapping[str, Mapping[DataClass, str]] = {
    **HOUSE_COLUMNS,
    **MAIL_COLUMNS,
    **PEOPLE_COLUMNS,
    **PRIVACY_COLUMNS,
    **SMSGATE_COLUMNS,
    **WEBHOOK_COLUMNS,
    "meta": {DataClass.TECHNICAL: "name value"},
    "branch": {
        DataClass.OFFICE: "name settings",
        DataClass.TECHNICAL: "id created_ms",
    },
    "line": {
        DataClass.OFFICE: "number pacing settings",
        DataClass.EVIDENCE: "stopped stopped_on",
        DataClass.TECHNICAL: "id branch_id created_ms removed_ms",
    },
    "device": {
        DataClass.OFFICE: "kind address iccid imsi sim_number imei balance_cents",
        DataClass.EVIDENCE: "state reason facts lost",
        DataClass.TECHNICAL: "id channels balance_ms changed_ms created_ms removed_ms",
    },
    "device_account": {
        DataClass.OFFICE: "settings secret",
        DataClass.TECHNICAL: "device_id changed_ms",
    },
    "incident": {
        DataClass.EVIDENCE: "kind facts since_ms until_ms",
        DataClass.TECHNICAL: "id device_id line_id about",
    },
    "battery_day": {
        DataClass.EVIDENCE: (
            "lowest_percent highest_percent hottest_celsius health cycles capacity_percent"
        ),
        DataClass.TECHNICAL: "device_id day",
    },
    "modem_model": {DataClass.TECHNICAL: "model facts changed_ms"},
    "route": {DataClass.TECHNICAL: "line_id device_id channel rank added_ms"},
    "device_cursor": {DataClass.TECHNICAL: "device_id name value"},
    "device_setting": {
        DataClass.OFFICE: "address namespace name old new",
        DataClass.TECHNICAL: "set_ms",
    },
    "chat_group": {
        DataClass.IDENTITY: "jid name guarded_name",
        DataClass.CONTENT: "picture guarded_picture",
        DataClass.OFFICE: "guards held",
        DataClass.TECHNICAL: "id line_id created_ms read_ms left_ms picture_ms",
    },
    "group_right": {
        DataClass.OFFICE: "may_answer",
        DataClass.TECHNICAL: "group_id staff_id token_id",
    },
    "group_member": {
        DataClass.IDENTITY: "name value scheme",
        DataClass.EVIDENCE: "is_admin asked_ms stopped_ms invited_ms",
        DataClass.TECHNICAL: "id group_id created_ms",
    },
    "group_journal": {
        DataClass.IDENTITY: "by_whom before after",
        DataClass.EVIDENCE: "at_ms what put_back",
        DataClass.TECHNICAL: "id group_id",
    },
    "group_task": {
        DataClass.IDENTITY: "name",
        DataClass.CONTENT: "picture",
        DataClass.EVIDENCE: (
            "kind state reason evidence device_id staff_id token_id tapped_ms ended_ms puts_back"
            " invites"
        ),
        DataClass.TECHNICAL: "id group_id member_id tries not_before_ms created_ms",
    },
    "conversation": {
        DataClass.TECHNICAL: (
            "id line_id contact_id group_id last_message_id last_ms last_in_ms has_notices"
            " created_ms shown_message_id waiting_ms news_id news_ms"
        ),
    },
    "staff": {
        DataClass.OFFICE: (
            "name password_hash language theme dense text_size single_keys ctrl_sends email"
        ),
        DataClass.TECHNICAL: "id created_ms disabled_ms",
    },
    "staff_account": {
        DataClass.OFFICE: "issuer subject",
        DataClass.TECHNICAL: "staff_id bound_ms",
    },
    "passkey": {
        DataClass.OFFICE: "credential_id host public_key name",
        DataClass.TECHNICAL: "id staff_id sign_count created_ms used_ms",
    },
    "staff_grant": {DataClass.OFFICE: "permission role", DataClass.TECHNICAL: "staff_id branch_id"},
    "session": {
        DataClass.OFFICE: "token_hash csrf browser begun_by",
        DataClass.TECHNICAL: "staff_id created_ms seen_ms expires_ms",
    },
    "login_link": {
        DataClass.OFFICE: "token_hash",
        DataClass.TECHNICAL: "staff_id expires_ms used_ms",
    },
    "api_token": {
        DataClass.OFFICE: "name token_hash signing_key previous_key scopes",
        DataClass.TECHNICAL: "id branch_id created_ms revoked_ms used_ms expires_ms per_minute"
        " previous_key_ends_ms",
    },
    "idempotency": {
        DataClass.CONTENT: "response",
        DataClass.TECHNICAL: "token_id key body_hash status at_ms",
    },
    "message": {
        DataClass.IDENTITY: "value scheme sender_name device_key key_digest",
        DataClass.CONTENT: "text",
        DataClass.EVIDENCE: (
            "direction channel state reason origin rule staff_id token_id happened_ms written_ms"
            " sent_ms delivered_ms read_ms edited_ms deleted_ms"
        ),
        DataClass.TECHNICAL: (
            "seq id conversation_id line_id contact_id class wanted expected_ms not_before_ms"
            " expires_ms tries bound_to answering typed client_id exact awaited created_ms imported"
        ),
    },
    "adoption": {
        DataClass.EVIDENCE: "state staff_id ended_ms",
        DataClass.TECHNICAL: "id line_id device_id listed_ms tries not_before_ms created_ms",
    },
    "adoption_chat": {
        DataClass.IDENTITY: "name value scheme",
        DataClass.EVIDENCE: "fate came went last_day read_ms",
        DataClass.TECHNICAL: "id adoption_id place tries whole",
    },
    "earlier_text": {DataClass.CONTENT: "text", DataClass.TECHNICAL: "message_id until_ms"},
    "text_below": {DataClass.CONTENT: "text", DataClass.TECHNICAL: "message_id"},
    "attempt": {
        DataClass.EVIDENCE: "channel baseline tapped_ms ended_ms outcome evidence",
        DataClass.OFFICE: "signature",
        DataClass.TECHNICAL: (
            "seq id message_id device_id parts reference carried started_ms looks looked_ms"
        ),
    },
    "attempt_part": {
        DataClass.EVIDENCE: "state evidence left_ms report report_ms",
        DataClass.TECHNICAL: "attempt_id part mr",
    },
    "early_report": {
        DataClass.IDENTITY: "number",
        DataClass.EVIDENCE: "report status",
        DataClass.TECHNICAL: "device_id mr at_ms seen_ms",
    },
    "long_sms": {
        DataClass.IDENTITY: "sender key",
        DataClass.TECHNICAL: "id device_id reference wide total origin at_ms seen_ms shown_ms",
    },
    "long_sms_part": {
        DataClass.IDENTITY: "key",
        DataClass.CONTENT: "units",
        DataClass.TECHNICAL: "device_id long_sms_id part",
    },
    "tick_visit": {DataClass.TECHNICAL: "message_id due_ms device_id"},
    "consent": {
        DataClass.IDENTITY: "value scheme",
        DataClass.EVIDENCE: (
            "kind channel message_id words source given_ms recorded_by at_ms line_id"
        ),
        DataClass.TECHNICAL: "seq contact_id as_of",
    },
    "event_retention": {DataClass.EVIDENCE: "before_seq at_ms"},
    "near_stop": {
        DataClass.EVIDENCE: "decision staff_id decided_ms",
        DataClass.TECHNICAL: "message_id asked_id",
    },
    "after_done": {
        DataClass.CONTENT: "answer",
        DataClass.TECHNICAL: "question_id answer_id at_ms",
    },
    "welcome": {DataClass.TECHNICAL: "line_id contact_id message_id"},
    "rule_turn": {DataClass.TECHNICAL: "line_id rule turn"},
    "absence": {DataClass.OFFICE: "text until_ms", DataClass.TECHNICAL: "staff_id"},
    "duty_roster": {
        DataClass.OFFICE: "name",
        DataClass.EVIDENCE: "staff_id imported_ms",
        DataClass.TECHNICAL: "line_id",
    },
    "calendar_feed": {
        DataClass.OFFICE: "token_hash with_names",
        DataClass.EVIDENCE: "made_by made_ms",
        DataClass.TECHNICAL: "id staff_id line_id",
    },
    "duty_shift": {
        DataClass.OFFICE: "who starts_ms ends_ms",
        DataClass.TECHNICAL: "line_id staff_id",
    },
    "draft": {
        DataClass.CONTENT: "text",
        DataClass.TECHNICAL: "staff_id conversation_id saved_ms quotes",
    },
    "read_mark": {DataClass.TECHNICAL: "staff_id conversation_id message_id at_ms"},
    "unread": {DataClass.TECHNICAL: "line_id staff_id conversations"},
    "missed_call": {
        DataClass.IDENTITY: "value scheme device_key",
        DataClass.EVIDENCE: "at_ms",
        DataClass.TECHNICAL: "id line_id channel",
    },
    "own_profile": {
        DataClass.OFFICE: "name picture seen_name seen_picture",
        DataClass.TECHNICAL: "line_id device_id looked_ms",
    },
    "line_code": {
        DataClass.CONTENT: "text",
        DataClass.OFFICE: "service sender",
        DataClass.TECHNICAL: "id device_key line_id came_ms",
    },
    "media": {
        DataClass.CONTENT: "name sha256 kind type bytes seconds width height",
        DataClass.EVIDENCE: "state why staff_id token_id",
        DataClass.TECHNICAL: "id created_ms",
    },
    "message_media": {DataClass.TECHNICAL: "message_id position media_id left_by"},
    "media_fetch": {
        DataClass.CONTENT: "words path",
        DataClass.TECHNICAL: "media_id device_id sign asked_ms due_ms tries opened",
    },
    "unknown_screen": {
        DataClass.CONTENT: "text buttons",
        DataClass.EVIDENCE: "attempt_id files first_ms last_ms times",
        DataClass.TECHNICAL: "id device_id signature package ids settled_ms",
    },
    "screen_rule": {
        DataClass.OFFICE: "branch_id package ids phrase press_id press_text most_an_hour",
        DataClass.EVIDENCE: "staff_id created_ms removed_ms removed_by",
        DataClass.TECHNICAL: "id",
    },
    "screen_rule_use": {DataClass.TECHNICAL: "rule_id device_id at_ms"},
    "reaction": {
        DataClass.IDENTITY: "value scheme",
        DataClass.CONTENT: "emoji",
        DataClass.TECHNICAL: "message_id at_ms",
    },
    "search_word": {DataClass.CONTENT: "word"},
    "search_subject": {
        DataClass.IDENTITY: "names numbers",
        DataClass.TECHNICAL: "seq contact_id group_id",
    },
    "search_progress": {
        DataClass.TECHNICAL: "id low_seq high_seq event_seq contact_id version merges"
    },
    "canned_text": {
        DataClass.OFFICE: "branch_id shortcut title variants language",
        DataClass.TECHNICAL: "seq id turn created_ms",
    },
    "search_change": {
        DataClass.CONTENT: "text",
        DataClass.TECHNICAL: "seq line_id conversation_id contact_id",
    },
    "message_quote": {DataClass.TECHNICAL: "message_id quoted_id"},
    "cloud_message": {DataClass.CONTENT: "tracker", DataClass.TECHNICAL: "message_id"},
    "casework": {
        DataClass.CONTENT: "closing_note",
        DataClass.EVIDENCE: "assignee_id done_ms",
        DataClass.TECHNICAL: "conversation_id line_id done_id undone_id returns returns_ms",
    },
    "conversation_event": {DataClass.TECHNICAL: "conversation_id event_seq"},
    "label": {DataClass.OFFICE: "name colour", DataClass.TECHNICAL: "id branch_id created_ms"},
    "conversation_label": {
        DataClass.EVIDENCE: "label_id",
        DataClass.TECHNICAL: "conversation_id",
    },
    "not_arrived": {DataClass.TECHNICAL: "message_id line_id since_ms"},
    "note": {
        DataClass.CONTENT: "text",
        DataClass.EVIDENCE: "staff_id token_id at_ms",
        DataClass.TECHNICAL: "id conversation_id client_id",
    },
    "note_media": {DataClass.TECHNICAL: "note_id position media_id"},
    "handover": {
        DataClass.CONTENT: "text",
        DataClass.EVIDENCE: "staff_id at_ms ended_ms ended_by",
        DataClass.TECHNICAL: "id line_id",
    },
    "note_mention": {DataClass.EVIDENCE: "staff_id", DataClass.TECHNICAL: "note_id seen_ms"},
    "note_draft": {
        DataClass.CONTENT: "text",
        DataClass.TECHNICAL: "staff_id conversation_id saved_ms",
    },
    "saved_view": {
        DataClass.OFFICE: "name shared filter staff_id token_id",
        DataClass.TECHNICAL: "id branch_id created_ms",
    },
    "list": {
        DataClass.OFFICE: "name rule",
        DataClass.TECHNICAL: "id branch_id created_ms removed_ms",
    },
    "list_member": {DataClass.OFFICE: "contact_id", DataClass.TECHNICAL: "list_id position"},
    "list_send": {
        DataClass.CONTENT: "variants media",
        DataClass.EVIDENCE: "state staff_id token_id",
        DataClass.TECHNICAL: (
            "id list_id line_id not_before_ms deliver_until_ms resends created_ms"
        ),
    },
    "list_send_item": {
        DataClass.EVIDENCE: "why",
        DataClass.TECHNICAL: "send_id position contact_id message_id",
    },
    "list_send_unmade": {
        DataClass.IDENTITY: "value scheme",
        DataClass.CONTENT: "text",
        DataClass.EVIDENCE: "reason",
        DataClass.TECHNICAL: "send_id position contact_id wanted answering expected_ms",
    },
    "notice_choice": {DataClass.OFFICE: "settings", DataClass.TECHNICAL: "staff_id"},
    "push_subscription": {
        DataClass.OFFICE: "session_hash endpoint public_key secret language",
        DataClass.TECHNICAL: "id staff_id seen_ms",
    },
    "push_notice": {
        DataClass.TECHNICAL: "subscription_id conversation_id began_ms due_ms tries",
    },
    "push_house": {
        DataClass.OFFICE: "is_on shows_text contact",
        DataClass.TECHNICAL: "id event_seq",
    },
    "round": {
        DataClass.CONTENT: "variants confirm_text reserve_text filled_text",
        DataClass.OFFICE: "seats at_once starts_ms ends_ms closes_ms ordering label",
        DataClass.EVIDENCE: "state staff_id token_id filled_ms ended_ms",
        DataClass.TECHNICAL: "id branch_id seed created_ms",
    },
    "round_line": {DataClass.TECHNICAL: "round_id position line_id"},
    "round_person": {
        DataClass.EVIDENCE: "state why asked_ms changed_ms",
        DataClass.TECHNICAL: ("round_id contact_id position line_id question_id answer_id said_id"),
    },
    "round_stranger": {
        DataClass.IDENTITY: "named",
        DataClass.EVIDENCE: "why",
        DataClass.TECHNICAL: "round_id position",
    },
    "round_answer": {
        DataClass.EVIDENCE: "reading",
        DataClass.TECHNICAL: "message_id round_id",
    },
    "round_follower": {DataClass.TECHNICAL: "id event_seq"},
    "report_day": {
        DataClass.EVIDENCE: "who came went by_itself answers answers_shut cases cases_shut",
        DataClass.TECHNICAL: "by_what line_id day",
    },
    "report_case": {
        DataClass.EVIDENCE: "opened_ms last_ms waiting_ms done_ms done_by labels",
        DataClass.TECHNICAL: "conversation_id line_id",
    },
    "report_sends": {
        DataClass.EVIDENCE: (
            "sent replies minute minute_ceiling hour hour_ceiling begun begun_ceiling"
        ),
        DataClass.TECHNICAL: "line_id day",
    },
    "report_house": {
        DataClass.OFFICE: "per_person",
        DataClass.TECHNICAL: "id event_seq counting sends_day",
    },
    "event_kind": {DataClass.TECHNICAL: "code name"},
    "event": {
        DataClass.EVIDENCE: "kind facts at_ms",
        DataClass.TECHNICAL: (
            "seq message_seq attempt_seq of_message branch_id line_id conversation_id contact_id"
            " device_id staff_id"
        ),
    },
}
