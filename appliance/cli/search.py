"""`balie search`: the index that the search looks into."""

import typer

from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.desk.search import following, index

search_app = typer.Typer(no_args_is_help=True, help="The index of the search.")


@search_app.command("rebuild")
@says_what_is_wrong
def rebuild(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Builds the index of the search anew, beside a running Balie, too. Until it is done, the
    search finds what is newest alone.
    """
    with open_store(data) as store:
        following.begin_anew(store)
        while following.catch_up(store):
            pass
        counts = store.read(index.counts)
    sentence = f"The search knows {counts.messages} messages and {counts.subjects} names."
    show(as_json, {"messages": counts.messages, "names": counts.subjects}, sentence)
