from appliance.devices.modem.options import ModemOptions

ICCID, IMEI = "8931440000000000001", "356938035643809"


def test_the_pin_of_the_sim_goes_over_that_of_the_modem() -> None:
    """A modem's PIN is for any SIM in it; an empty one is no PIN, and no text shows one."""
    options = ModemOptions(pins={ICCID: "1234", IMEI: "0000"})
    assert options.pin(iccid=ICCID, imei=IMEI) == "1234"
    assert options.pin(iccid="8931440000000000002", imei=IMEI) == "0000"
    assert options.pin(iccid=None, imei=None) is None
    assert "1234" not in repr(options)
