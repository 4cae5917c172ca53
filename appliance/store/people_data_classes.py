"""The classes of the columns that hold people, and how they come from elsewhere."""

from collections.abc import Mapping

from appliance.store.data_class import DataClass

PEOPLE_COLUMNS: Mapping[str, Mapping[DataClass, str]] = {
    "contact": {
        DataClass.IDENTITY: "chosen_name office_name personnel_number fields sorts_as",
        DataClass.EVIDENCE: "state state_ms blocked_ms",
        DataClass.TECHNICAL: "id created_ms joined_into changed_ms updated_ms",
    },
    "contact_branch": {DataClass.TECHNICAL: "branch_id contact_id"},
    "contact_label": {DataClass.EVIDENCE: "label_id", DataClass.TECHNICAL: "contact_id"},
    "contact_note": {DataClass.CONTENT: "text", DataClass.TECHNICAL: "contact_id branch_id"},
    "contact_event": {DataClass.TECHNICAL: "contact_id event_seq"},
    "contact_change": {
        DataClass.IDENTITY: "before",
        DataClass.EVIDENCE: "kind at_ms undone_ms",
        DataClass.TECHNICAL: "seq contact_id other_id consent_seq",
    },
    "contact_apart": {DataClass.TECHNICAL: "contact_id other_id"},
    "former_holder": {
        DataClass.IDENTITY: "value scheme",
        DataClass.TECHNICAL: "seq contact_id consent_seq",
    },
    "contact_identity": {
        DataClass.IDENTITY: "value scheme on_whatsapp",
        DataClass.TECHNICAL: "contact_id checked_ms created_ms",
    },
    "identity_claim": {
        DataClass.IDENTITY: "value scheme",
        DataClass.TECHNICAL: "contact_id staff_id at_ms",
    },
    "erased_contact_branch": {DataClass.TECHNICAL: "contact_id branch_id"},
    "import_folder": {
        DataClass.OFFICE: "name mapping most_percent",
        DataClass.TECHNICAL: "id branch_id staff_id created_ms removed_ms",
    },
    "import_run": {
        DataClass.OFFICE: "file",
        DataClass.EVIDENCE: "digest state why what counts staff_id at_ms ended_ms",
        DataClass.TECHNICAL: "id folder_id",
    },
    "import_row": {
        DataClass.EVIDENCE: "verdict reason what",
        DataClass.TECHNICAL: "run_id row contact_id",
    },
}
