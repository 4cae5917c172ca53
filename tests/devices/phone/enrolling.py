"""What enrols a phone in tests, and what the phone is before and after."""

import pytest

from appliance.devices.phone.enrolment.enroller import PhoneEnroller
from appliance.devices.phone.phone import PhonePatience
from appliance.emulated.phone.spec import PhoneSpec
from tests.devices.phone.driver_kit import OWN, QUICK, World

XIAOMI = PhoneSpec(number=OWN, maker="Xiaomi", model="22101317C", language="en")


@pytest.fixture
def phones() -> PhoneEnroller:
    return PhoneEnroller(QUICK, PhonePatience(chat_s=1.0, look_again_s=0.03))


def as_it_is(world: World) -> dict[tuple[str, str], str]:
    return dict(world.on_loop(lambda: world.handset.settings))
