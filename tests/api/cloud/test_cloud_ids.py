"""Ids as the Cloud API writes them are ours in another form."""

import re

from hypothesis import given
from hypothesis import strategies as st

from appliance.api.cloud import ids
from appliance.identities import WHATSAPP_LID, Identity, tel

HIDDEN = Identity("123456789012345@lid", WHATSAPP_LID)


@given(st.uuids())
def test_each_id_is_found_again(some: object) -> None:
    """In the form by which clients tell what it is of."""
    known = str(some)
    assert ids.message_from(ids.message_to(known)) == known
    assert ids.message_from(ids.message_to(known, of=17)) == known
    user = ids.user_to(known, HIDDEN)
    assert re.fullmatch(r"[A-Z]{2}\.\d+", user)
    assert ids.user_from(user) == known


def test_a_file_is_no_number() -> None:
    known = "01977d2e-6d22-7b1c-8a45-3f0f1f3d9b77"
    assert ids.file_from(ids.file_to(known)) == known
    for other in ("31612345678", "1" * 15, "9" * 40, "x", "", "٣" * 37):
        assert ids.file_from(other) is None


def test_a_user_id_names_the_country_of_the_number() -> None:
    known = "01977d2e-6d22-7b1c-8a45-3f0f1f3d9b77"
    for who, region in (
        (tel("+31612345678"), "NL"),
        (tel("+447400123456"), "GB"),
        (tel("+88213123456"), "NL"),  # a network of no country
        (HIDDEN, "NL"),
    ):
        assert ids.user_to(known, who).startswith(f"{region}.")


def test_what_is_none_of_ours_is_nobodys() -> None:
    for other in ("wamid.HBgLMTY", "wamid.", "01977d2e-6d22-7b1c-8a45-3f0f1f3d9b77", ""):
        assert ids.message_from(other) is None
    for other in ("NL.", "nl.12", "31612345678", f"NL.{9 * 10**38}", "NL.٣"):
        assert ids.user_from(other) is None
