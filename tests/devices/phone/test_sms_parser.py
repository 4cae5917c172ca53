"""Rows of `content query`, which escapes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.phone.content_rows import (
    AccessRefused,
    NoSuchColumn,
    content_query,
    read_rows,
    read_value,
)
from appliance.devices.phone.sms.provider import SmsBox, SmsRow, rows_in
from appliance.errors import Transient

ROW = "Row: {n} _id={id}, type=1, status=-1, read=0, date=1789312500000\n"


def test_a_row_is_read_with_all_its_columns() -> None:
    assert rows_in(ROW.format(n=0, id=7)) == [
        SmsRow(
            id=7,
            box=SmsBox.INBOX,
            delivered=False,
            read=False,
            date_ms=1_789_312_500_000,
        )
    ]


def test_no_rows_are_no_rows() -> None:
    assert rows_in("No result found.\n") == []
    assert rows_in("") == []


def test_rows_must_be_numbered_in_turn() -> None:
    """A gap means that something was printed that is not a row."""
    with pytest.raises(Transient):
        rows_in(ROW.format(n=0, id=7) + ROW.format(n=2, id=9))


def test_a_status_may_be_missing_and_a_type_unknown() -> None:
    (row,) = rows_in("Row: 0 _id=1, type=9, status=NULL, read=1, date=5\n")
    assert (row.box, row.delivered, row.read) == (None, False, True)


def test_a_free_text_in_the_list_is_an_error() -> None:
    """Senders choose their names: that column is read alone, and never stands among numbers."""
    with pytest.raises(Transient):
        rows_in("Row: 0 _id=1, type=1, status=-1, read=1, date=5, address=My Bank\n")


def test_the_word_null_is_a_text() -> None:
    """The query leaves out rows without a value, so `NULL` in an answer is a text."""
    assert read_value("Row: 0 body=NULL\n", "body") == "NULL"
    assert read_value("No result found.\n", "body") is None


def test_a_refusal_is_told_from_a_failure() -> None:
    """Samsung's words of 2022 for a shell that may not read the call log."""
    refused = (
        "Error while accessing provider:call_log\njava.lang.SecurityException: Permission Denial: "
        "opening provider com.android.providers.contacts.CallLogProvider from (null)"
    )
    with pytest.raises(AccessRefused):
        read_value(refused, "number")
    with pytest.raises(Transient):
        read_rows("Error while accessing provider:sms\njava.lang.IllegalStateException", ("_id",))


@pytest.mark.parametrize(
    "said", ["SQLiteException: no such column: sub_id (code 1)", "Invalid column sub_id"]
)
def test_a_column_that_an_android_does_not_have_is_told_from_a_failure(said: str) -> None:
    """Older versions of Android have no SIM of an SMS."""
    with pytest.raises(NoSuchColumn):
        read_rows(f"Error while accessing provider:sms\n{said}\n", ("_id", "sub_id"))


def test_a_number_in_a_question_reaches_the_provider_as_it_is() -> None:
    """The phone's shell takes the quotes away again."""
    command = content_query("content://sms", ("_id",), where="address='+316'")
    assert command.endswith("""--where 'address='"'"'+316'"'"''""")


@pytest.mark.parametrize(
    "body",
    [
        "x\nRow: 1 _id=8, type=1, status=-1, read=0, date=1, address=+31600000000, body=vals",
        "a\n\nb, body=c",
        "No result found.",
        "",
        "\n\n",
        "👍 é \u200fعربي",
    ],
)
def test_a_body_arrives_whole_whatever_it_pretends(body: str) -> None:
    assert read_value(f"Row: 0 body={body}\n", "body") == body


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_body_is_read_back(body: str) -> None:
    assert read_value(f"Row: 0 body={body}\n", "body") == body


LINKER = "WARNING: linker: /vendor/lib64/libx.so: unused DT entry: type 0x6ffffef5 arg 0x1b8\n"
VENDOR = pytest.mark.parametrize(
    "before", [LINKER, LINKER * 3, "[MTK] hooked\n\n", "\r\n" + LINKER]
)


@VENDOR
def test_lines_before_the_first_row_are_no_rows(before: str) -> None:
    """A linker or a vendor prints a warning before the output of any program."""
    rows = rows_in(before + ROW.format(n=0, id=7) + ROW.format(n=1, id=8))
    assert [row.id for row in rows] == [7, 8]
    assert rows_in(before + "No result found.\n") == []
    assert read_value(before + "No result found.\n", "body") is None
    with pytest.raises(AccessRefused):
        read_value(before + "java.lang.SecurityException: Permission Denial", "body")


@VENDOR
@pytest.mark.parametrize(
    "body", ["hoi", LINKER, LINKER + "Row: 0 body=anders", "\n" + LINKER, "Row: 0 body="]
)
def test_a_body_that_begins_like_a_warning_arrives_whole(before: str, body: str) -> None:
    """Only what stands before the row is passed over."""
    assert read_value(f"{before}Row: 0 body={body}\n", "body") == body


def test_a_warning_alone_is_no_answer() -> None:
    """The program printed nothing: that is no empty list."""
    with pytest.raises(Transient):
        rows_in(LINKER)
    with pytest.raises(Transient):
        read_value(LINKER, "body")
