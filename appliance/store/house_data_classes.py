"""What kind of data the tables of the house itself hold: its link with head office, its copies, and
the way from home.
"""

from collections.abc import Mapping

from appliance.store.data_class import DataClass

HOUSE_COLUMNS: Mapping[str, Mapping[DataClass, str]] = {
    "office_link": {
        DataClass.OFFICE: (
            "url authority box office_key hash_key privacy office_privacy told_privacy"
        ),
        DataClass.EVIDENCE: "joined_ms seen_ms held struck_off_ms",
        DataClass.TECHNICAL: (
            "id rows_to_seq epoch event_seq command_n staff_version renew_by_ms unsettled"
        ),
    },
    "office_command": {DataClass.EVIDENCE: "kind outcome why at_ms", DataClass.TECHNICAL: "id n"},
    "office_staff": {DataClass.TECHNICAL: "staff_id"},
    "home_house": {DataClass.OFFICE: "is_on address port network", DataClass.TECHNICAL: "id"},
    "home_key": {
        DataClass.OFFICE: "name public_key place",
        DataClass.TECHNICAL: "id staff_id made_ms",
    },
    "copy_place": {
        DataClass.OFFICE: "name",
        DataClass.TECHNICAL: (
            "place made_ms copied_ms bytes sha256 kept began_ms tried_ms failed note"
        ),
    },
    "copy_drill": {
        DataClass.OFFICE: "name",
        DataClass.TECHNICAL: "id at_ms made_ms messages people files failed note",
    },
}
