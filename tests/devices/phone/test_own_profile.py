"""The number's own name and picture, read from WhatsApp's page of its owner."""

import hashlib
from dataclasses import replace

import pytest
from PIL import Image

from appliance.devices.phone.screen import read_screen
from appliance.devices.phone.whatsapp.own_pages import own_number, profile_page
from appliance.devices.phone.whatsapp.own_profile import print_of
from appliance.devices.profile_protocol import OwnProfile
from appliance.emulated.phone.spec import PhoneSpec
from appliance.errors import LineStopped, Transient
from tests.devices.phone.driver_kit import ANNA, OWN, Desk
from tests.devices.phone.screens import N, xml

ENGLISH = PhoneSpec(number=OWN, language="en", lookup_ms=40)


def becomes(desk: Desk, **what: str) -> None:
    desk.world.inject(kind="own-profile", **what)


@pytest.mark.parametrize("spec", [PhoneSpec(number=OWN, lookup_ms=40), ENGLISH], indirect=True)
def test_a_change_of_either_is_seen_and_the_phone_is_left(desk: Desk) -> None:
    first = desk.driver.own_profile()
    assert (first.name, len(first.picture)) == ("Balie", 16)
    assert desk.driver.own_profile().is_like(first)
    becomes(desk, name="Feestcommissie")
    renamed = desk.driver.own_profile()
    assert (renamed.name, renamed.has_picture_of(first)) == ("Feestcommissie", True)
    becomes(desk, picture="another")
    assert not desk.driver.own_profile().has_picture_of(first)
    handset = desk.world.handset
    assert handset.front is handset.launcher
    assert desk.world.truth() == []


def test_the_number_of_the_account_is_read_where_it_shows(desk: Desk) -> None:
    assert desk.driver.own_profile().number == OWN
    becomes(desk, number=ANNA)
    assert desk.driver.own_profile().number == ANNA
    becomes(desk, number="")
    assert desk.driver.own_profile().number is None


def test_where_the_page_is_closed_the_menu_leads_to_it(desk: Desk) -> None:
    """Also from a chat that was left open; messages that wait there stay unread."""
    desk.world.fault("profile-closed", times=None)
    desk.world.write(ANNA, "Hoi", name="Anna")
    assert desk.driver.own_profile().name == "Balie"
    assert desk.recorder.texts() == ["Hoi"]
    (chat,) = desk.world.handset.whatsapp.account.chats.values()
    assert chat.unread


def test_on_a_page_that_nobody_knows_nothing_is_told(desk: Desk) -> None:
    desk.world.fault("unknown-dialog", times=None)
    with pytest.raises(Transient):
        desk.driver.own_profile()
    desk.world.fault("unknown-dialog", lift=True)
    desk.world.fault("banned", times=None)
    with pytest.raises(LineStopped):
        desk.driver.own_profile()


def test_the_value_beside_the_word_for_a_name_is_the_name() -> None:
    """A row without a value, and the same words as a value, do not count; nor does a number that
    its owner wrote beside it.
    """

    def row(title: str, value: str | None) -> N:
        parts = [N("TextView", "profile_settings_row_text", title)]
        if value is not None:
            parts.append(N("TextView", "profile_settings_row_subtext", value))
        return N("LinearLayout", kids=tuple(parts))

    page = N("FrameLayout", kids=(row("Info", None), row("Telefoon", "Naam"), row("Naam", "Anna")))
    shown = profile_page(read_screen(xml(page)))
    assert shown is not None
    assert (shown.name, shown.picture) == ("Anna", None)
    told = ("+31 20 123 45 67", "+31 6 12345601")
    page = N("FrameLayout", kids=(row("Info", told[0]), row("Telefoon", told[1])))
    assert own_number(read_screen(xml(page))) == "+31612345601"
    alone = N("FrameLayout", kids=(row("Info", told[0]), row("Telefoon", "Onbekend")))
    assert own_number(read_screen(xml(alone))) is None
    other = N("FrameLayout", kids=(row("Info", "Naam"),))
    assert profile_page(read_screen(xml(other))) is None


def test_a_print_outlives_another_size_and_tells_pictures_apart() -> None:
    prints = []
    for name in ("first", "second"):
        shades = hashlib.shake_128(name.encode()).digest(64)
        picture = Image.frombytes("L", (8, 8), shades).resize((240, 240), Image.Resampling.BICUBIC)
        prints.append([print_of(picture.resize((edge, edge))) for edge in (240, 180, 96)])
    here = [OwnProfile(name="", picture=each) for each in prints[0]]
    assert all(each.has_picture_of(here[0]) for each in here)
    assert not here[0].has_picture_of(replace(here[0], picture=prints[1][0]))
    assert here[0].has_picture_of(replace(here[0], picture=""))
