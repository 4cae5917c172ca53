"""As `data_classes`: the columns of e-mail."""

from collections.abc import Mapping

from appliance.store.data_class import DataClass

MAIL_COLUMNS: Mapping[str, Mapping[DataClass, str]] = {
    "mail_choice": {DataClass.OFFICE: "settings", DataClass.TECHNICAL: "staff_id"},
    "mail_told": {DataClass.TECHNICAL: "staff_id about told_ms"},
    "mail_incident": {DataClass.TECHNICAL: "staff_id event_seq incident_id happened_ms"},
    "mail_follow": {DataClass.TECHNICAL: "id event_seq"},
}
