"""A phone that nobody has prepared: its maker, its switches, and what saves its battery."""

from appliance.emulated.phone.faults import Fault, FaultKind
from appliance.emulated.phone.installing import install_whatsapp
from tests.emulated.handset_rig import Rig, Said

WHATSAPP = "com.whatsapp"


def test_an_app_op_is_default_until_somebody_chooses() -> None:
    """And again when it is set to default."""
    rig = Rig()
    asked = f"cmd appops get {WHATSAPP} RUN_ANY_IN_BACKGROUND"
    nobody = Said("No operations.\nDefault mode: allow\n", "", 0)
    assert rig.sh(asked) == nobody
    rig.sh(f"cmd appops set {WHATSAPP} RUN_ANY_IN_BACKGROUND ignore")
    assert rig.sh(asked).stdout == "RUN_ANY_IN_BACKGROUND: ignore\n"
    rig.sh(f"cmd appops set {WHATSAPP} RUN_ANY_IN_BACKGROUND default")
    assert rig.sh(asked) == nobody


def test_an_app_that_is_excepted_from_saving_has_a_bucket_of_its_own() -> None:
    """What was chosen before shows again when the exception ends."""
    rig = Rig()
    asked = f"am get-standby-bucket {WHATSAPP}"
    rig.sh(f"am set-standby-bucket {WHATSAPP} rare")
    assert rig.sh(asked).stdout == "40\n"
    rig.sh(f"dumpsys deviceidle whitelist +{WHATSAPP}")
    assert rig.sh(asked).stdout == "5\n"
    rig.sh(f"dumpsys deviceidle whitelist -{WHATSAPP}")
    assert rig.sh(asked).stdout == "40\n"


def test_a_maker_s_second_switch_keeps_keys_out() -> None:
    """Only Xiaomi's phones say how it stands."""
    rig = Rig(maker="Xiaomi")
    assert rig.sh("getprop persist.security.adbinput").stdout == "1\n"
    rig.phone.faults.arm(Fault(kind=FaultKind.INPUT_REFUSED, times=None))
    assert rig.sh("getprop persist.security.adbinput").stdout == "0\n"
    refused = rig.sh("input keyevent KEYCODE_WAKEUP")
    assert (refused.stdout, refused.status) == ("", 255)
    assert "INJECT_EVENTS" in refused.stderr
    assert Rig(maker="OPPO").sh("getprop persist.security.adbinput").stdout == "\n"


def test_without_whatsapp_nothing_arrives_until_it_is_there_and_opened() -> None:
    """The network keeps what was written meanwhile; an app that was never opened gets nothing."""
    rig = Rig()
    install_whatsapp(rig.phone, installed=False)
    assert rig.sh(f"dumpsys package {WHATSAPP}").stdout == f"Unable to find package: {WHATSAPP}\n"
    rig.whatsapp("Hoi")
    assert rig.phone.whatsapp.account.chats == {}
    install_whatsapp(rig.phone, installed=True)
    assert rig.phone.whatsapp.account.chats == {}
    rig.sh(f"am start -a android.intent.action.MAIN -p {WHATSAPP}")
    assert len(rig.phone.whatsapp.account.chats) == 1
