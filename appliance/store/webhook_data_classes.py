"""What kind of data each column of the tables of webhooks holds."""

from collections.abc import Mapping

from appliance.store.data_class import DataClass

WEBHOOK_COLUMNS: Mapping[str, Mapping[DataClass, str]] = {
    "webhook": {
        DataClass.OFFICE: "external_id url events content options secret previous",
        DataClass.EVIDENCE: "staff_id token_id enabled off_why failing_ms",
        DataClass.TECHNICAL: "id dialect branch_id line_id previous_ends_ms created_ms",
    },
    "webhook_cursor": {DataClass.TECHNICAL: "webhook_id event_seq moves"},
    "webhook_delivery": {
        DataClass.CONTENT: "body",
        DataClass.EVIDENCE: "state attempts",
        DataClass.TECHNICAL: (
            "seq id webhook_id event_seq part type lane message_id due_ms tries created_ms ended_ms"
        ),
    },
}
