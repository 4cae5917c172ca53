"""The shell of the emulated phone, to the letter of what Android prints."""

import asyncio
import hashlib
import io

import pytest
from PIL import Image

from appliance.emulated.phone.hardware import PhoneSim
from appliance.emulated.phone.wire.seam import DeviceFile
from tests.emulated.handset_rig import ANNA, Rig, Said

BATTERY_14 = """\
Current Battery Service state:
  AC powered: false
  USB powered: true
  Wireless powered: false
  Dock powered: false
  Max charging current: 500000
  Max charging voltage: 5000000
  Charge counter: 3270000
  status: 2
  health: 2
  present: true
  level: 80
  scale: 100
  voltage: 4352
  temperature: 274
  technology: Li-ion
"""
VIEW = "am start -a android.intent.action.VIEW -d"


def test_dumpsys_battery() -> None:
    """As Android 14 prints it."""
    assert Rig().sh("dumpsys battery").stdout == BATTERY_14


def test_dumpsys_battery_of_the_newest_and_of_an_old_release() -> None:
    """The newest mixes in lines with one blank before them; old ones know no dock."""
    newest = Rig(sdk=36).sh("dumpsys battery").stdout
    assert "\n The last voltage value sent via the battery changed broadcast: 4352\n" in newest
    assert newest.endswith("  Charging policy: 0\n  Capacity level: -1\n")
    assert "Dock" not in Rig(sdk=30).sh("dumpsys battery").stdout


def test_battery_set_fakes_and_says_so() -> None:
    """`dumpsys battery set level` stops the updates until reset."""
    rig = Rig()
    assert rig.sh("dumpsys battery set level 15") == Said("", "", 0)
    dump = rig.sh("dumpsys battery").stdout
    assert "  (UPDATES STOPPED -- use 'reset' to restart)\n  AC powered" in dump
    assert rig.sh("cmd battery get level").stdout == "15\n"


def test_starting_a_deep_link_echoes_the_intent_without_the_number() -> None:
    """The link is cut after its host, so no number and no text comes back."""
    assert Rig().sh(f"{VIEW} 'https://wa.me/31612345611?text=a%0Ab' -p com.whatsapp") == Said(
        "Starting: Intent { act=android.intent.action.VIEW dat=https://wa.me/... "
        "pkg=com.whatsapp }\n",
        "",
        0,
    )


def test_an_old_release_echoes_a_line_break_of_the_link() -> None:
    """Before Android 12 what is not http comes back whole and unescaped."""
    said = Rig(sdk=30).sh(f"{VIEW} 'whatsapp://send?phone=31612345611&text=a%0AError: b'")
    assert "text=a\nError: b }\n" in said.stdout


def test_starting_a_chat_that_is_open_is_a_warning_and_a_success() -> None:
    """The intent reaches the instance on top."""
    rig = Rig()
    rig.open_chat(ANNA)
    rig.phone.whatsapp.lookup_ms = 0
    rig.sh("input keyevent 3")
    said = rig.sh(f"{VIEW} https://wa.me/31612345611 -p com.whatsapp")
    assert said.stderr == (
        "Warning: Activity not started, its current task has been brought to the front\n"
    )
    assert said.status == 0


def test_waiting_for_a_start_tells_what_was_launched() -> None:
    """`-W` adds status, launch state and times after the echo."""
    lines = Rig().sh(f"{VIEW} https://wa.me/31612345611 -p com.whatsapp -W").stdout.splitlines()
    assert lines[1:] == [
        "Status: ok",
        "LaunchState: WARM",
        "Activity: com.whatsapp/.TextAndDirectChatDeepLink",
        "TotalTime: 212",
        "WaitTime: 230",
        "Complete",
    ]


@pytest.mark.parametrize(("sdk", "status"), [(34, 0), (35, 1)])
def test_what_cannot_be_resolved_is_an_error_in_words(sdk: int, status: int) -> None:
    """Older releases end with status 0 all the same."""
    said = Rig(sdk=sdk).sh(f"{VIEW} foo:bar -p com.absent")
    assert said == Said(
        "Starting: Intent { act=android.intent.action.VIEW dat=foo:/... pkg=com.absent }\n",
        "Error: Activity not started, unable to resolve Intent { "
        "act=android.intent.action.VIEW dat=foo:/... flg=0x10000000 pkg=com.absent }\n",
        status,
    )


def test_a_missing_class_is_error_type_3() -> None:
    """Both words of the component are written out."""
    assert Rig().sh("am start -n com.whatsapp/.Absent").stderr == (
        "Error type 3\nError: Activity class {com.whatsapp/com.whatsapp.Absent} does not exist.\n"
    )


def test_an_activity_that_is_not_exported_is_refused() -> None:
    """The contact picker belongs to WhatsApp alone."""
    said = Rig().sh("am start -n com.whatsapp/.ContactPicker")
    assert said.status == 255
    assert said.stderr.startswith(
        "Exception occurred while executing 'start':\n"
        "java.lang.SecurityException: Permission Denial: starting Intent { flg=0x10000000 "
        "cmp=com.whatsapp/.ContactPicker } from null (pid=12345, uid=2000) not exported from "
        "uid 10342\n"
    )


def test_a_web_link_without_a_package_opens_the_browser() -> None:
    """WhatsApp gets wa.me only when its package is named."""
    rig = Rig()
    rig.sh(f"{VIEW} https://wa.me/31612345611")
    assert rig.phone.front.package == "com.android.chrome"


def test_sms_addresses_are_masked() -> None:
    """Each character of the address is an x."""
    assert Rig().open_sms(ANNA, body="Hoi").stdout == (
        "Starting: Intent { act=android.intent.action.SENDTO dat=sms:xxxxxxxxxxxx (has extras) }\n"
    )


def test_nobody_listens_to_a_broadcast() -> None:
    """There is no AdbKeyboard: the result is 0 and no data."""
    assert Rig().sh("am broadcast -a ADB_KEYBOARD_INPUT_TEXT --es text eA==").stdout == (
        "Broadcasting: Intent { act=ADB_KEYBOARD_INPUT_TEXT flg=0x400000 (has extras) }\n"
        "Broadcast completed: result=0\n"
    )


def test_content_query_prints_values_as_they_are() -> None:
    """Delimiters and line breaks in a body look like rows of their own."""
    rig = Rig()
    rig.sms("Ja, body=x\nRow: 1 _id=9, body=y")
    said = rig.sh(
        "content query --uri content://sms/inbox --projection _id:address:date:person:type:body"
    )
    assert said == Said(
        "Row: 0 _id=1, address=+31612345611, date=1789997280000, person=NULL, type=1, "
        "body=Ja, body=x\nRow: 1 _id=9, body=y\n",
        "",
        0,
    )


def test_content_query_has_all_columns_and_no_rows_in_words() -> None:
    """Without a projection the columns come in the provider's order."""
    rig = Rig()
    assert rig.sh("content query --uri content://sms").stdout == "No result found.\n"
    rig.sms("Hoi")
    assert rig.sh("content query --uri content://sms").stdout == (
        "Row: 0 _id=1, thread_id=1, address=+31612345611, person=NULL, date=1789997280000, "
        "date_sent=1789997280000, protocol=0, read=0, status=-1, type=1, reply_path_present=0, "
        "subject=NULL, body=Hoi, service_center=NULL, locked=0, sub_id=1, error_code=-1, "
        "creator=com.google.android.apps.messaging, seen=0\n"
    )


def test_content_query_filters_and_sorts_as_sql() -> None:
    """The condition is SQL, quotes and all; the order too."""
    rig = Rig()
    for text in ("een", "twee", "drie"):
        rig.sms(text)
    query = "content query --uri content://sms/inbox --projection _id:body"
    newest_first = rig.sh(f"{query} --where '_id>1' --sort '_id DESC'").stdout
    assert newest_first == "Row: 0 _id=3, body=drie\nRow: 1 _id=2, body=twee\n"
    where = f"\"address='{ANNA}' AND _id<2\""
    assert rig.sh(f"{query} --where {where}").stdout == "Row: 0 _id=1, body=een\n"


def test_content_query_reports_errors_with_status_0() -> None:
    """The text on stderr is all there is of an error."""
    said = Rig().sh("content query --uri content://sms --where 'nonsense ='")
    assert (said.stdout, said.status) == ("", 0)
    assert said.stderr.startswith(
        "Error while accessing provider:sms\nandroid.database.sqlite.SQLiteException: "
    )


@pytest.mark.parametrize(("sdk", "allowed"), [(32, False), (33, True)])
def test_the_call_log_is_refused_before_api_33(sdk: int, allowed: bool) -> None:
    """The shell's permission for it is newer."""
    rig = Rig(sdk=sdk)
    rig.call()
    said = rig.sh("content query --uri content://call_log/calls --projection number:type:name")
    if allowed:
        assert said.stdout == "Row: 0 number=+31612345611, type=3, name=NULL\n"
    else:
        assert said.stdout == ""
        assert "requires android.permission.READ_CALL_LOG or" in said.stderr


def test_siminfo_shows_the_card_and_keeps_the_one_before() -> None:
    """A card that was taken out stays as a row without a slot."""
    rig = Rig()
    rig.phone.plug_sim(PhoneSim(number="+31612345677", iccid="8931440000000000019"))
    query = "content query --uri content://telephony/siminfo --projection sim_id:icc_id:number"
    assert rig.sh(query).stdout == (
        "Row: 0 sim_id=-1, icc_id=8931446123456010008, number=+31612345601\n"
        "Row: 1 sim_id=0, icc_id=8931440000000000019, number=+31612345677\n"
    )


def test_phone_lookup_knows_the_phone_book() -> None:
    """By number in any spelling; others are not found."""
    rig = Rig(contacts={ANNA: "Anna"})
    lookup = "content query --uri content://com.android.contacts/phone_lookup/"
    assert rig.sh(f"{lookup}%2B31612345611").stdout == (
        "Row: 0 _id=1, display_name=Anna, number=+31612345611\n"
    )
    assert rig.sh(f"{lookup}0612345611 --projection display_name").stdout == (
        "Row: 0 display_name=Anna\n"
    )
    assert rig.sh(f"{lookup}0612345612").stdout == "No result found.\n"


def test_settings_and_properties() -> None:
    """A missing setting is `null`, a missing property an empty line."""
    rig = Rig()
    assert rig.sh("settings get global absent").stdout == "null\n"
    assert rig.sh("settings put global stay_on_while_plugged_in 7") == Said("", "", 0)
    assert rig.sh("settings get global stay_on_while_plugged_in").stdout == "7\n"
    assert rig.sh("getprop absent").stdout == "\n"
    assert rig.sh("getprop gsm.sim.state").stdout == "LOADED\n"
    assert "[ro.build.version.release]: [14]\n" in rig.sh("getprop").stdout
    rig.phone.plug_sim(None)
    assert rig.sh("getprop gsm.sim.state").stdout == "ABSENT\n"


def test_telephony_registry_says_in_or_out_of_service() -> None:
    """The voice registration state and the operator's name."""
    rig = Rig()
    assert (
        "mServiceState={mVoiceRegState=0(IN_SERVICE), "
        in rig.sh("dumpsys telephony.registry").stdout
    )
    rig.phone.set_radio(on=False)
    assert "mVoiceRegState=1(OUT_OF_SERVICE)" in rig.sh("dumpsys telephony.registry").stdout


def test_packages() -> None:
    """What is installed, where, and in which version."""
    rig = Rig()
    assert rig.sh("pm list packages -3").stdout == "package:com.whatsapp\n"
    assert rig.sh("pm path com.absent") == Said("", "", 1)
    assert rig.sh("pm path com.whatsapp").stdout.startswith("package:/data/app/")
    version = rig.sh("dumpsys package com.whatsapp").stdout
    assert "    versionCode=252312345 minSdk=21 targetSdk=34\n" in version
    assert "    versionName=2.25.23.12\n" in version
    assert rig.sh("pidof com.whatsapp").stdout == "14342\n"
    assert rig.sh("pidof com.absent") == Said("", "", 1)


@pytest.mark.parametrize(
    ("sdk", "line"),
    [
        (30, "    mResumedActivity: ActivityRecord{78c6acc u0 com.whatsapp/.Conversation t342}\n"),
        (34, "    topResumedActivity=ActivityRecord{78c6acc u0 com.whatsapp/.Conversation t342}\n"),
    ],
)
def test_the_resumed_activity_in_both_forms(sdk: int, line: str) -> None:
    """The name of the line changed with Android 12."""
    rig = Rig(sdk=sdk)
    rig.open_chat(ANNA)
    assert line in rig.sh("dumpsys activity activities").stdout


def test_the_focus_is_the_shade_while_locked() -> None:
    """And the app's window while it is open."""
    rig = Rig()
    rig.open_chat(ANNA)
    focus = "  mCurrentFocus=Window{78c6acc u0 com.whatsapp/com.whatsapp.Conversation}\n"
    assert focus in rig.sh("dumpsys window").stdout
    rig.sh("input keyevent KEYCODE_SLEEP")
    assert rig.sh("dumpsys power").stdout.count("mWakefulness=Asleep") == 1


def test_window_manager_sizes() -> None:
    """Physical size and density, and an override while there is one."""
    rig = Rig()
    assert rig.sh("wm size").stdout == "Physical size: 1080x2400\n"
    rig.sh("wm size 720x1600")
    assert rig.sh("wm size").stdout == "Physical size: 1080x2400\nOverride size: 720x1600\n"
    assert rig.sh("wm density").stdout == "Physical density: 420\n"


def test_date_in_the_formats_that_drivers_use() -> None:
    """Seconds since the epoch, and Toybox's literal N."""
    rig = Rig()
    assert rig.sh("date +%s").stdout == "1789997280\n"
    assert rig.sh("date +%s%3N").stdout == "1789997280N\n"
    assert rig.sh("date '+%Y-%m-%d %H:%M:%S %z'").stdout == "2026-09-21 15:28:00 +0200\n"
    assert rig.sh("date").stdout == "Mon Sep 21 15:28:00 CEST 2026\n"


def test_input_text_is_ascii_only() -> None:
    """`%s` is a space; anything else raises on the phone."""
    rig = Rig()
    rig.open_chat(ANNA)
    assert rig.sh("input text Hoi%sAnna") == Said("", "", 0)
    assert rig.node("entry").text == "Hoi Anna"
    assert rig.sh("input text é").stderr.startswith(
        "Exception occurred while executing 'text':\njava.lang.NullPointerException"
    )


def test_files_and_checksums() -> None:
    """What uiautomator2 asks before it pushes its jar."""
    rig = Rig()
    rig.phone.files["/data/local/tmp/u2.jar"] = DeviceFile(data=b"jar")
    digest = hashlib.md5(b"jar", usedforsecurity=False).hexdigest()
    assert rig.sh("toybox md5sum /data/local/tmp/u2.jar").stdout == (
        f"{digest}  /data/local/tmp/u2.jar\n"
    )
    assert rig.sh("cat /absent") == Said("", "cat: /absent: No such file or directory\n", 1)
    assert rig.sh("ls /data/local/tmp").stdout == "u2.jar\n"
    rig.sh("rm /data/local/tmp/u2.jar")
    assert rig.phone.files == {}


def test_a_screenshot_is_a_picture_of_the_screens_size() -> None:
    """A PNG on the standard output."""
    rig = Rig()
    result = asyncio.run(rig.phone.run(["screencap", "-p"], {}))
    with Image.open(io.BytesIO(result.stdout)) as picture:
        assert (picture.format, picture.size) == ("PNG", (1080, 2400))


def test_uiautomator_dump_tells_where_it_wrote() -> None:
    """One line of XML with the emoji as an entity, and AOSP's spelling."""
    rig = Rig()
    rig.whatsapp("Hoi 👋")
    rig.open_chat(ANNA)
    assert rig.sh("uiautomator dump").stdout == (
        "UI hierchary dumped to: /sdcard/window_dump.xml\n"
    )
    assert "Hoi &#128075;" in rig.sh("cat /sdcard/window_dump.xml").stdout


def test_a_notification_posted_by_the_shell_is_in_the_dump() -> None:
    """A cheap self-test of a parser, on a real phone too."""
    rig = Rig()
    rig.sh("cmd notification post -S messaging --conversation Test --message A:hallo TAG tekst")
    assert "sender=A, text=hallo, time=1789997280000}]" in rig.shade()


def test_unknown_commands() -> None:
    """As mksh says it."""
    assert Rig().sh("foo --bar") == Said(
        "", "/system/bin/sh: foo: inaccessible or not found\n", 127
    )
    assert Rig().sh("dumpsys absent").stdout == "Can't find service: absent\n"
