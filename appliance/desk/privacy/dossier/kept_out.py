"""What is kept and does not stand in a file, and why. Each file says so, too.

`tests/api/test_dossier.py` holds that every column that may hold a person's data stands in a file,
or here.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOut:
    """`columns` by table; `*` is every column of a table."""

    what: str
    why: str
    columns: Mapping[str, str]


_OF_THE_OFFICE = """
branch line device incident battery_day device_setting group_right staff staff_account passkey
staff_grant session login_link api_token adoption absence duty_roster duty_shift own_profile
line_code screen_rule canned_text label saved_view notice_choice push_subscription push_house
report_house emergency webhook smsgate_pass calendar_feed import_folder import_run
office_link office_command office_staff
"""
ALL = (
    KeptOut(
        what="pictures and texts of a phone's screen that prove a send",
        why="Others may stand on the same screen. What they prove stands beside each message.",
        columns={
            "attempt": "baseline evidence signature",
            "attempt_part": "evidence",
            "group_task": "*",
            "unknown_screen": "*",
        },
    ),
    KeptOut(
        what="names by which a phone or a modem knows a message",
        why="They say nothing that the message itself does not say.",
        columns={
            "message": "device_key key_digest",
            "missed_call": "device_key",
            "media_fetch": "*",
            "early_report": "*",
            "long_sms": "*",
            "long_sms_part": "*",
            "idempotency": "*",
        },
    ),
    KeptOut(
        what="the index of the search, and what colleagues searched for",
        why="It is made of the names and texts that stand here; of a search hashes are kept.",
        columns={
            "contact": "sorts_as",
            "search_word": "*",
            "search_subject": "*",
            "search_change": "*",
            "reading": "words",
        },
    ),
    KeptOut(
        what="what undoes a joining of two contacts",
        why="It repeats what stands here, and what is of the other one.",
        columns={"contact_change": "before"},
    ),
    KeptOut(
        what="what the office asked and sent to many",
        why="What this person got of it stands among the messages.",
        columns={
            "list": "*",
            "list_member": "*",
            "list_send": "*",
            "list_send_unmade": "*",
            "round": "*",
            "chat_group": "*",
        },
    ),
    KeptOut(
        what="how a client of SMSGate named what it sent, and whom it was refused to write to",
        why="What was sent stands among the messages; what was refused is let go after a month.",
        columns={"smsgate_message": "*", "smsgate_refused": "*"},
    ),
    KeptOut(
        what="counts, and steps that follow from messages",
        why="They name nobody, or repeat the times of the messages.",
        columns={
            "conversation_event": "*",
            "event": "facts",
            "event_retention": "*",
            "report_day": "*",
            "report_case": "*",
            "report_sends": "*",
            "retention_house": "*",
            "retention_run": "*",
            "after_done": "*",
        },
    ),
    KeptOut(
        what="what stands for people who were erased, and what is yet to be taken off a phone",
        why="It is hashed or sealed, and names nobody.",
        columns={
            "erasure": "*",
            "person_erasure": "*",
            "file_left": "*",
            "phone_removal": "*",
            "care_gone": "*",
        },
    ),
    KeptOut(
        what="what a program wants to be told again beside its own messages",
        why="It is a mark of that program, which knows what it stands for; Balie does not.",
        columns={"cloud_message": "tracker"},
    ),
    KeptOut(
        what="the words in which other software was told, and its answers",
        why="They repeat what stands here; who was told what and when stands here, too.",
        columns={"webhook_delivery": "body attempts"},
    ),
    KeptOut(
        what="names, sizes and hashes of archives",
        why="They are of a file that others stand in, too; who had it made and when stands here.",
        columns={"archive": "messages name bytes sha256 chain why"},
    ),
    KeptOut(
        what="which rows of a file of the office were about a person",
        why="Nothing that a row said is kept; what it changed stands in the history of the card.",
        columns={"import_row": "*"},
    ),
    KeptOut(
        what="what a shift hands over to the next one",
        why="It belongs to a number of the office, not to a person; who gives a file out looks.",
        columns={"handover": "*"},
    ),
    KeptOut(
        what="data of the office, its colleagues, lines and devices",
        why="It is about nobody who writes to the office.",
        columns=dict.fromkeys(_OF_THE_OFFICE.split(), "*"),
    ),
)
