"""What kind of data each column of the privacy desk's tables holds."""

from collections.abc import Mapping

from appliance.store.data_class import DataClass

PRIVACY_COLUMNS: Mapping[str, Mapping[DataClass, str]] = {
    "hold": {
        DataClass.CONTENT: "reason",
        DataClass.EVIDENCE: "since_ms until_ms staff_id token_id ended_ms ended_by",
        DataClass.TECHNICAL: "id contact_id",
    },
    "archive": {
        DataClass.EVIDENCE: (
            "staff_id token_id quarter from_ms until_ms format state created_ms ended_ms messages"
            " name bytes sha256 chain expires_ms why"
        ),
        DataClass.TECHNICAL: "id line_id contact_id conversation_id language tries done",
    },
    "archive_part": {DataClass.TECHNICAL: "archive_id conversation_id branch_id contact_id"},
    "archive_house": {
        DataClass.OFFICE: "folder format language",
        DataClass.TECHNICAL: "id",
    },
    "retention_house": {
        DataClass.OFFICE: "terms",
        DataClass.EVIDENCE: "staff_id token_id saved_ms",
        DataClass.TECHNICAL: "id",
    },
    "retention_run": {
        DataClass.OFFICE: "terms",
        DataClass.EVIDENCE: (
            "state staff_id token_id messages people media bytes notes evidence calls readings"
        ),
        DataClass.TECHNICAL: "id place begun_ms ended_ms steps busy_ms longest_ms freed",
    },
    "retention_place": {DataClass.TECHNICAL: "conversation_id texts_ms media_ms evidence_ms"},
    "retention_met": {DataClass.TECHNICAL: "run_id contact_id"},
    "erasure": {DataClass.EVIDENCE: "stands_for scheme at_ms"},
    "file_left": {
        DataClass.CONTENT: "name",
        DataClass.TECHNICAL: "kind noted_ns",
    },
    "person_erasure": {
        DataClass.IDENTITY: "sought",
        DataClass.EVIDENCE: "state reason counts staff_id token_id asked_ms erased_ms complete_ms",
        DataClass.TECHNICAL: "id contact_id",
    },
    "page_filler": {DataClass.TECHNICAL: "zeros"},
    "person_erasure_left": {DataClass.TECHNICAL: "erasure_id message_id"},
    "care_mark": {
        DataClass.EVIDENCE: "kind state hidden opened_ms at_ms ended_ms staff_id",
        DataClass.TECHNICAL: "message_id branch_id",
    },
    "care_gone": {
        DataClass.EVIDENCE: "stands_for",
        DataClass.TECHNICAL: "conversation_id written_ms until_ms",
    },
    "phone_removal": {
        DataClass.IDENTITY: "whose stands_for",
        DataClass.EVIDENCE: "what state reason staff_id tapped_ms ended_ms",
        DataClass.TECHNICAL: (
            "id line_id device_id channel message_id written_ms tries not_before_ms created_ms"
        ),
    },
    "house_key": {DataClass.TECHNICAL: "name since_ms"},
    "emergency": {
        DataClass.EVIDENCE: "staff_id reason began_ms until_ms ended_ms",
        DataClass.TECHNICAL: "id branch_id",
    },
    "reading_house": {DataClass.OFFICE: "is_on", DataClass.TECHNICAL: "id gone_before_ms"},
    "reading_who": {DataClass.EVIDENCE: "who", DataClass.TECHNICAL: "id"},
    "reading_about": {DataClass.TECHNICAL: "id contact_id conversation_id"},
    "reading": {
        DataClass.EVIDENCE: "at_ms kind thing words",
        DataClass.TECHNICAL: "seq who_id about_id",
    },
    "privacy_request": {
        DataClass.IDENTITY: "asked_by",
        DataClass.CONTENT: "wish late_why outcome_why",
        DataClass.EVIDENCE: "kind asked_how asked_day due_day checked checked_ms done_ms outcome",
        DataClass.TECHNICAL: "id contact_id branch_id created_ms",
    },
    "privacy_step": {
        DataClass.EVIDENCE: "what staff_id token_id facts at_ms",
        DataClass.TECHNICAL: "id request_id contact_id",
    },
    "wording": {
        DataClass.OFFICE: "kind language words since_ms",
        DataClass.TECHNICAL: "seq branch_id line_id",
    },
}
