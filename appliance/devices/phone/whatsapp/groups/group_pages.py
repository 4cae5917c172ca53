"""The pages of a group: its info, its menus, the field for its name, the pickers of people."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from re import Pattern

from appliance.devices.phone.screen import Screen, View
from appliance.devices.phone.texts import label
from appliance.devices.phone.whatsapp.groups import group_words as words
from appliance.devices.phone.whatsapp.sharing_pages import PICKER_NAMES, SEARCH_FIELDS

NAME_FIELDS = ("edit_text", "group_name")
CONFIRMS = ("ok_btn", "save_button")
NEXT = ("next_btn", "ok_btn")
PICTURES = ("change_photo_btn", "photo_btn")
_PHOTOS = ("thumb", "image")


# A page with one of these shows people's own words, such as the name of a group.
WORDS_OF_PEOPLE = (
    "group_title",
    "participants_title",
    *PICKER_NAMES,
    *SEARCH_FIELDS,
    *NAME_FIELDS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """`pushed` is what somebody whom the phone book does not know calls themselves."""

    name: str
    pushed: str
    is_admin: bool
    view: View


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoPage:
    """`count` is how many members the page says there are; None where it says nothing."""

    name: str
    members: Sequence[MemberRow]
    count: int | None
    screen: Screen


def info_page(app: Screen) -> InfoPage | None:
    """None for another page, also for the info of a person."""
    title = app.first("group_title")
    marks = app.first("participants_title", "add_participant_layout", "exit_group_btn")
    if title is None or (marks is None and not any_row(app, words.EXIT)):
        return None
    counted = app.first("participants_title")
    found = words.COUNT.match(label(counted.text)) if counted else None
    return InfoPage(
        name=label(title.text),
        members=[_member(row) for row in _rows_with(app, "name")],
        count=int(found[1]) if found else None,
        screen=app,
    )


def further(app: Screen, above: InfoPage) -> InfoPage | None:
    """The same page further down, where its name shows no more."""
    rows = [_member(row) for row in _rows_with(app, "name")]
    if not rows and by_id(app, "exit_group_btn") is None and any_row(app, words.EXIT) is None:
        return None
    return InfoPage(name=above.name, members=rows, count=above.count, screen=app)


def _member(row: View) -> MemberRow:
    name, pushed = row.first("name"), row.first("push_name")
    return MemberRow(
        name=label(name.text) if name else "",
        pushed=label(pushed.text).removeprefix("~").strip() if pushed else "",
        is_admin=row.first("owner") is not None,
        view=row,
    )


def picker_rows(app: Screen) -> list[tuple[str, View]]:
    """People to choose from, by the name that stands in their row."""
    found = []
    for row in _rows_with(app, *PICKER_NAMES):
        name = row.first(*PICKER_NAMES)
        if name is not None:
            found.append((label(name.text), row))
    return found


def any_row(app: Screen, pattern: Pattern[str]) -> View | None:
    """What can be tapped and says so, in its own words or those inside it: by words alone."""
    return next((view for view in _tappable(app) if says(view, pattern)), None)


def says(view: View, pattern: Pattern[str]) -> bool:
    said = (each for inner in view.walk() for each in (inner.text, inner.desc))
    return any(pattern.search(label(each)) for each in said if each)


def by_id(app: Screen, *ids: str) -> View | None:
    """The first of these that takes up room."""
    return next((view for view in app.having(*ids) if not view.box.empty), None)


def dialog_button(app: Screen) -> View | None:
    """The button that agrees, of Android's own dialog."""
    if not any(view.full_id == "android:id/message" for view in app.walk()):
        return None
    return next((view for view in app.walk() if view.full_id == "android:id/button1"), None)


def only_photo(app: Screen) -> View | None:
    """The one picture of an album; None where it shows several, or none yet."""
    found = [view for view in _tappable(app) if view.first(*_PHOTOS) or says(view, words.PHOTO)]
    return found[0] if len(found) == 1 else None


def crop_button(app: Screen) -> View | None:
    """What agrees to how a picture is cut: no page with a field has it."""
    if by_id(app, *NAME_FIELDS, *SEARCH_FIELDS, "group_title"):
        return None
    return by_id(app, "ok_btn") or any_row(app, words.DONE)


def ready_with(shown: str) -> Callable[[Screen], View | None]:
    """The button beside a field that holds the text."""

    def find(app: Screen) -> View | None:
        field = by_id(app, *NAME_FIELDS)
        return by_id(app, *CONFIRMS) if field and label(field.text) == shown else None

    return find


def _rows_with(app: Screen, *ids: str) -> Iterator[View]:
    """The smallest views that can be tapped and hold one of these."""
    return (
        view
        for view in _tappable(app)
        if view.first(*ids)
        and not any(inner.clickable and inner.first(*ids) for inner in _below(view))
    )


def _tappable(app: Screen) -> Iterator[View]:
    return (view for view in app.walk() if view.clickable and not view.box.empty)


def _below(view: View) -> Iterator[View]:
    return (inner for child in view.children for inner in child.walk())
