"""The command line: `balie`, also `python -m appliance`."""

import typer

from appliance import __version__
from appliance.cli.verbs import Verbs

app = typer.Typer(
    cls=Verbs,
    name="balie",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=f"Balie {__version__}: a branch's phone as a web inbox.",
)


@app.callback()
def balie() -> None: ...


def main() -> None:
    app()


if __name__ == "__main__":
    main()
