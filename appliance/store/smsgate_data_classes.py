"""What kind of data each column of the tables for SMSGate's clients holds."""

from collections.abc import Mapping

from appliance.store.data_class import DataClass

SMSGATE_COLUMNS: Mapping[str, Mapping[DataClass, str]] = {
    "smsgate_message": {
        DataClass.EVIDENCE: "token_id state refused",
        DataClass.TECHNICAL: "seq last_seq id line_id created_ms",
    },
    "smsgate_count": {DataClass.TECHNICAL: "line_id state many"},
    "smsgate_refused": {
        DataClass.IDENTITY: "value scheme",
        DataClass.EVIDENCE: "why at_ms",
        DataClass.TECHNICAL: "message_seq place",
    },
    "smsgate_pass": {
        DataClass.OFFICE: "pass_hash scopes",
        DataClass.TECHNICAL: "id token_id renews life_ms created_ms expires_ms",
    },
}
