"""`balie retention`: how long things are kept, and letting go now."""

import typer

from appliance.api.json.times import iso_or_none
from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.desk.access.sight import Sight
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.retention import settings
from appliance.desk.privacy.retention.letting_go import LettingGo
from appliance.store import terms
from appliance.store.store import Store

retention_app = typer.Typer(no_args_is_help=True, help="How long things are kept.")
_EVERYBODY = Sight(None)


@retention_app.command("show")
@says_what_is_wrong
def show_terms(data: DataOption = None, as_json: JsonOption = False) -> None:
    """The terms, and what a run now would let go of."""
    with open_store(data) as store:
        house = store.read(terms.house)
        now_ms = store.clock.now_ms()
        due = store.read(lambda conn: settings.tried(conn, _EVERYBODY, house.terms, now_ms))
    found = {
        "terms": dict(house.terms.named),
        "saved_at": iso_or_none(house.saved_ms),
        "messages": due.messages,
        "people": due.people,
        "media": due.media,
    }
    show(as_json, found, _sentence(house.terms.named, due.messages, due.people, due.media))


@retention_app.command("run")
@says_what_is_wrong
def run(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lets go now of what is older than its term, beside a running Balie, too."""
    with open_store(data) as store:
        begun = store.write(lambda tx: settings.run_now(tx, _EVERYBODY, Author(rule="cli")))
        _go_to_the_end(store)
        done = store.read(lambda conn: settings.run(conn, _EVERYBODY, begun.id))
    found = {
        "id": done.id,
        "state": done.state,
        "messages": done.messages,
        "people": done.people,
        "media": done.media,
    }
    show(as_json, found, f"{done.messages} messages of {done.people} people went.")


def _go_to_the_end(store: Store) -> None:
    """Of two that take the same step the second finds it done."""
    letting_go = LettingGo(store, store.path.parent)
    while letting_go.go_on():
        pass


def _sentence(named: object, messages: int, people: int, media: int) -> str:
    if not named:
        return "Nobody has said terms, so all is kept."
    goes = f"{messages} messages of {people} people would go, with {media} files."
    return f"{named}\n{goes}"
