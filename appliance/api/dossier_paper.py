"""`dossier.pdf`: the file of a person as they read it themselves."""

from collections.abc import Mapping
from typing import Any

from appliance.desk.privacy.dossier.making import Paper


def paper_in(language: str) -> Paper:
    del language

    def begin(*_: object) -> Any:
        def tell(section: str, item: Mapping[str, Any]) -> None:
            del section, item

        return tell

    return begin
