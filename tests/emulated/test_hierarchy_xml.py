"""The two XML formats of the screen, letter by letter."""

import pytest
from lxml import etree

from appliance.emulated.phone.hierarchy_xml import shell_dump, u2_dump
from appliance.emulated.phone.node import Bounds, Node

DECLARATION = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>"


def screen(text: str = "", *, clickable: bool = False) -> list[Node]:
    child = Node(
        cls="android.widget.TextView",
        package="com.whatsapp",
        bounds=Bounds(10, 20, 30, 40),
        text=text,
        resource_id="com.whatsapp:id/message_text",
        clickable=clickable,
    )
    hidden = Node(cls="X", package="p", bounds=Bounds(0, 0, 0, 0), visible_to_user=False)
    field = Node(
        cls="android.widget.EditText", package="p", bounds=Bounds(0, 0, 1, 1), hint="Message"
    )
    return [
        Node(
            cls="android.widget.FrameLayout",
            package="com.whatsapp",
            bounds=Bounds(0, 0, 720, 1640),
            children=[hidden, child, field],
        )
    ]


def flags(*, clickable: bool = False) -> str:
    return (
        f'checkable="false" checked="false" clickable="{str(clickable).lower()}" enabled="true" '
        'focusable="false" focused="false" scrollable="false" long-clickable="false" '
        'password="false" selected="false"'
    )


def test_the_dump_of_u2_is_indented_and_shows_who_can_be_seen() -> None:
    """Lines end with CRLF, children that cannot be seen are left out, a hint is a field's text."""
    assert u2_dump(screen("hoi")).split("\r\n") == [
        DECLARATION,
        '<hierarchy rotation="0">',
        (
            '  <node index="0" text="" resource-id="" class="android.widget.FrameLayout" '
            f'package="com.whatsapp" content-desc="" {flags()} visible-to-user="true" '
            'bounds="[0,0][720,1640]" drawing-order="1" hint="" display-id="0">'
        ),
        (
            '    <node index="1" text="hoi" resource-id="com.whatsapp:id/message_text" '
            f'class="android.widget.TextView" package="com.whatsapp" content-desc="" {flags()} '
            'visible-to-user="true" bounds="[10,20][30,40]" drawing-order="2" hint="" '
            'display-id="0" />'
        ),
        (
            '    <node index="2" text="Message" resource-id="" class="android.widget.EditText" '
            f'package="p" content-desc="" {flags()} visible-to-user="true" bounds="[0,0][1,1]" '
            'drawing-order="3" hint="Message" display-id="0" />'
        ),
        "  </node>",
        "</hierarchy>",
    ]


def test_the_dump_of_the_shell_is_one_line() -> None:
    """It lacks the attributes that u2.jar adds, and all white space."""
    assert shell_dump([screen("hoi")[0].children[1]]) == (
        f'{DECLARATION}<hierarchy rotation="0"><node index="0" text="hoi" '
        'resource-id="com.whatsapp:id/message_text" class="android.widget.TextView" '
        f'package="com.whatsapp" content-desc="" {flags()} bounds="[10,20][30,40]" '
        'drawing-order="1" hint="" /></hierarchy>'
    )


def test_a_screen_without_windows_is_the_empty_hierarchy() -> None:
    """uiautomator2 recognises these very letters and asks again."""
    assert u2_dump([]) == f'{DECLARATION}\r\n<hierarchy rotation="0" />'
    assert shell_dump([]) == f'{DECLARATION}<hierarchy rotation="0" />'


@pytest.mark.parametrize(
    ("text", "in_u2", "in_shell"),
    [
        ("a👋b", '"a..b"', '"a&#128075;b"'),
        ("👨‍👩‍👧", '"..\u200d..\u200d.."', '"&#128104;\u200d&#128105;\u200d&#128103;"'),
        ("a\nb\tc\r", '"a&#10;b&#9;c&#13;"', '"a&#10;b&#9;c&#13;"'),
        ("a<b>&c", '"a&lt;b&gt;&amp;c"', '"a&lt;b&gt;&amp;c"'),
        ("it's", '"it\'s"', '"it\'s"'),
        ('say "it\'s"', "'say \"it&apos;s\"'", "'say \"it&apos;s\"'"),
        ("bell\x07 nul\0 del\x7f", '"bell. nul. del."', '"bell. nul. del."'),
        ("é שלום \u202f", '"é שלום \u202f"', '"é שלום \u202f"'),
        ("lone \ud83d", '"lone ."', '"lone ."'),
        ("%s $(x)", '"%s $(x)"', '"%s $(x)"'),
    ],
)
def test_texts_are_written_as_android_writes_them(text: str, in_u2: str, in_shell: str) -> None:
    """u2.jar loses what lies beyond the BMP; the shell writes it as a number."""
    assert f" text={in_u2} " in u2_dump(screen(text))
    assert f" text={in_shell} " in shell_dump(screen(text))


@pytest.mark.parametrize("dump", [u2_dump, shell_dump])
def test_a_parser_reads_back_what_the_screen_says(dump: object) -> None:
    """Both formats are XML that lxml takes, line breaks and quotes included."""
    assert callable(dump)
    text = "regel 1\nregel 2 & \"'<>"
    root = etree.fromstring(dump(screen(text)).encode())
    assert root.xpath("//node/@text") == ["", text, "Message"]


def test_a_button_without_a_word_is_marked() -> None:
    """NAF stands first, and only where neither the button nor anything in it has a label."""
    assert '<node NAF="true" index="1"' in u2_dump(screen(clickable=True))
    assert "NAF" not in u2_dump(screen("hoi", clickable=True))


def test_the_depth_can_be_limited() -> None:
    """A dump of depth one is the windows alone."""
    assert u2_dump(screen("hoi"), max_depth=1).count("<node") == 1
