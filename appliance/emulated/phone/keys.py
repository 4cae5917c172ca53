"""Keys: their names by Android's key codes, and what they do in a text that is being written."""

from appliance.emulated.phone.apps import App

_BY_CODE = {
    "3": "home",
    "4": "back",
    "26": "power",
    "66": "enter",
    "67": "del",
    "82": "menu",
    "187": "recent",
    "223": "sleep",
    "224": "wakeup",
    "delete": "del",
}


def name_of_key(key: str) -> str:
    """A key is named by its code or by its name."""
    return _BY_CODE.get(key, key.lower())


def press_in_entry(app: App, name: str) -> None:
    text = app.entry_text()
    if text is None:
        return
    if name == "enter":
        app.set_entry(text + "\n")
    elif name == "del":
        app.set_entry(text[:-1])
