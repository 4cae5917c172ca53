"""The numbers behind +CMS ERROR and +CME ERROR, and what each says about the message in hand.

`proves` answers one question: after the command that sends, does this result prove that the
message did not leave? An RP-ERROR does: it is the network's word that it did not take it
(24.011 §9.3.4). An error of the modem itself proves it only if it happened before sending; a SIM
may have failed while the modem wrote *sent* into the slot.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Meaning(Enum):
    #: It may work later.
    TRANSIENT = "transient"
    #: This message will never go this way.
    PERMANENT = "permanent"
    #: The SIM is absent, locked or broken.
    SIM = "sim"
    #: The network does not serve this SIM, or not with SMS.
    BARRED = "barred"
    #: There is no place for one more message.
    FULL = "full"
    #: The number of the service centre is missing.
    NO_CENTRE = "no-centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    text: str
    meaning: Meaning
    proves: bool
    source: str


#: Code, text as the standard has it, meaning, whether it proves that nothing was sent.
_Row = tuple[int, str, Meaning, bool]
_T, _P, _S, _B = Meaning.TRANSIENT, Meaning.PERMANENT, Meaning.SIM, Meaning.BARRED

#: 24.011 annex E-2 and table 8.4: the cause of the network's RP-ERROR (27.005 gives 0-127 to it).
_RP: tuple[_Row, ...] = (
    (1, "unassigned number", _P, True),
    # The operator forbids this SIM to send; spent credit often looks like this or like 21.
    (8, "operator determined barring", _B, True),
    # Outgoing call barring is switched on, for all or for the destinations of one kind.
    (10, "call barred", _B, True),
    (11, "reserved", _P, True),
    (21, "short message transfer rejected", _P, True),
    (22, "memory capacity exceeded", _T, True),
    (27, "destination out of service", _T, True),
    (28, "unidentified subscriber", _B, True),
    (29, "facility rejected", _P, True),
    (30, "unknown subscriber", _P, True),
    (38, "network out of order", _T, True),
    (41, "temporary failure", _T, True),
    (42, "congestion", _T, True),
    (47, "resources unavailable, unspecified", _T, True),
    (50, "requested facility not subscribed", _B, True),
    (69, "requested facility not implemented", _P, True),
    # 81 and 98 speak of another exchange than that of this message.
    (81, "invalid short message transfer reference value", _T, False),
    (95, "semantically incorrect message", _P, True),
    (96, "invalid mandatory information", _P, True),
    (97, "message type non-existent or not implemented", _P, True),
    (98, "message not compatible with short message protocol state", _T, False),
    (99, "information element non-existent or not implemented", _P, True),
    (111, "protocol error, unspecified", _T, True),
    (127, "interworking, unspecified", _T, True),
)
#: 23.040 §9.2.3.22, TP-FCS: why the service centre did not take it (27.005 gives 128-255 to it).
_FCS: tuple[_Row, ...] = (
    (128, "telematic interworking not supported", _P, True),
    (129, "short message type 0 not supported", _P, True),
    (130, "cannot replace short message", _P, True),
    (143, "unspecified TP-PID error", _P, True),
    (144, "data coding scheme not supported", _P, True),
    (145, "message class not supported", _P, True),
    (159, "unspecified TP-DCS error", _P, True),
    (160, "command cannot be actioned", _P, True),
    (161, "command unsupported", _P, True),
    (175, "unspecified TP-command error", _P, True),
    (176, "TPDU not supported", _P, True),
    (192, "SC busy", _T, True),
    (193, "no SC subscription", _B, True),
    (194, "SC system failure", _T, True),
    (195, "invalid SME address", _P, True),
    (196, "destination SME barred", _P, True),
    # The centre already has this message: an earlier try of it left.
    (197, "SM rejected, duplicate SM", _P, False),
    (198, "TP-VPF not supported", _P, True),
    (199, "TP-VP not supported", _P, True),
    (208, "SIM SMS storage full", Meaning.FULL, True),
    (209, "no SMS storage capability in SIM", _P, True),
    (210, "error in MS", _T, False),
    (211, "memory capacity exceeded", _T, True),
    (212, "SIM application toolkit busy", _T, True),
    (213, "SIM data download error", _T, True),
    (255, "unspecified error cause", _T, True),
)
#: 27.005 §3.2.5, the modem's own.
_CMS: tuple[_Row, ...] = (
    (300, "ME failure", _T, False),
    (301, "SMS service of ME reserved", _T, True),
    (302, "operation not allowed", _T, True),
    (303, "operation not supported", _P, True),
    (304, "invalid PDU mode parameter", _P, True),
    (305, "invalid text mode parameter", _P, True),
    (310, "SIM not inserted", _S, True),
    (311, "SIM PIN required", _S, True),
    (312, "PH-SIM PIN required", _S, True),
    (313, "SIM failure", _S, False),
    (314, "SIM busy", _T, False),
    (315, "SIM wrong", _S, True),
    (316, "SIM PUK required", _S, True),
    (317, "SIM PIN2 required", _S, True),
    (318, "SIM PUK2 required", _S, True),
    (320, "memory failure", _T, False),
    (321, "invalid memory index", _T, True),
    (322, "memory full", Meaning.FULL, False),
    (330, "SMSC address unknown", Meaning.NO_CENTRE, True),
    (331, "no network service", _T, True),
    # No RP-ACK came, but the network may have the message.
    (332, "network timeout", _T, False),
    (340, "no +CNMA acknowledgement expected", _T, True),
    # Also what modems say when they lost the answer. From 512 on each maker has its own
    # meanings, which contradict each other: 515 is *please wait* or *bad character*.
    (500, "unknown error", _T, False),
)
#: 27.007 §9.2.
_CME: tuple[_Row, ...] = (
    (0, "phone failure", _T, False),
    (1, "no connection to phone", _T, False),
    (2, "phone-adaptor link reserved", _T, True),
    (3, "operation not allowed", _T, True),
    (4, "operation not supported", _P, True),
    (5, "PH-SIM PIN required", _S, True),
    (6, "PH-FSIM PIN required", _S, True),
    (7, "PH-FSIM PUK required", _S, True),
    (10, "SIM not inserted", _S, True),
    (11, "SIM PIN required", _S, True),
    (12, "SIM PUK required", _S, True),
    (13, "SIM failure", _S, False),
    (14, "SIM busy", _T, False),
    (15, "SIM wrong", _S, True),
    (16, "incorrect password", _S, True),
    (17, "SIM PIN2 required", _S, True),
    (18, "SIM PUK2 required", _S, True),
    (20, "memory full", Meaning.FULL, False),
    (21, "invalid index", _T, True),
    (22, "not found", _T, True),
    (23, "memory failure", _T, False),
    (24, "text string too long", _P, True),
    (25, "invalid characters in text string", _P, True),
    (26, "dial string too long", _P, True),
    (27, "invalid characters in dial string", _P, True),
    (30, "no network service", _T, True),
    (31, "network timeout", _T, False),
    (32, "network not allowed - emergency calls only", _T, True),
    (40, "network personalization PIN required", _S, True),
    (41, "network personalization PUK required", _S, True),
    (42, "network subset personalization PIN required", _S, True),
    (43, "network subset personalization PUK required", _S, True),
    (44, "service provider personalization PIN required", _S, True),
    (45, "service provider personalization PUK required", _S, True),
    (46, "corporate personalization PIN required", _S, True),
    (47, "corporate personalization PUK required", _S, True),
    (48, "hidden key required", _S, True),
    (50, "incorrect parameters", _P, True),
    (100, "unknown", _T, False),
    (103, "illegal MS", _B, True),
    (106, "illegal ME", _B, True),
    (107, "GPRS services not allowed", _T, True),
    (111, "PLMN not allowed", _T, True),
    (112, "location area not allowed", _T, True),
    (113, "roaming not allowed in this location area", _T, True),
)


def _table(*groups: tuple[str, tuple[_Row, ...]]) -> Mapping[int, Cause]:
    return {
        code: Cause(text=text, meaning=meaning, proves=proves, source=source)
        for source, rows in groups
        for code, text, meaning, proves in rows
    }


_TABLES: Mapping[str, Mapping[int, Cause]] = {
    "cms": _table(("24.011 annex E-2", _RP), ("23.040 §9.2.3.22", _FCS), ("27.005 §3.2.5", _CMS)),
    "cme": _table(("27.007 §9.2", _CME)),
}
_TEXTS: Mapping[str, Mapping[str, int]] = {
    kind: {cause.text.casefold(): code for code, cause in table.items()}
    for kind, table in _TABLES.items()
}
#: 24.011 table 8.4: "all other cause values shall be treated as cause number 41".
_OTHER_RP = _TABLES["cms"][41]
_LAST_RP = 127
#: TP-FCS from 128 on: reserved, or of one network; in both cases the centre refused.
_OTHER_FCS = _TABLES["cms"][255]
_LAST_FCS = 255


def cause_of(kind: str, code: int | None, text: str = "") -> tuple[int | None, Cause | None]:
    """The code, found by its text where only that was given, and its row; None where unknown."""
    if code is None:
        spoken = text.casefold().replace("(u)sim", "sim").strip(" .")
        code = _TEXTS.get(kind, {}).get(spoken)
    if code is None:
        return None, None
    known = _TABLES.get(kind, {}).get(code)
    if known is None and kind == "cms" and 0 < code <= _LAST_FCS:
        known = _OTHER_RP if code <= _LAST_RP else _OTHER_FCS
    return code, known
