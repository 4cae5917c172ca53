"""Templates whose parts are put in place before they are compiled.

Jinja gives an included template a context of its own each time, a copy of all names that stand
around it, and hands each of its pieces up through every template above: of a page with forty rows
or messages that was more than half of the cost. A part in its place costs no more than what it
says, and it sees the same names; what it sets stays inside.
"""

import re
from collections.abc import Callable

from jinja2 import Environment, FileSystemLoader

_INCLUDE = re.compile(r'\{% include "([^"]+)" %\}')
# These mean a template of its own.
_WHOLE = re.compile(r"\{%-?\s*(?:extends|block|import|from)\b")


class JoinedTemplates(FileSystemLoader):
    """The lines that an error names are those of the joined text."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        _, path, is_fresh = super().get_source(environment, template)
        return self._joined(environment, template), path, is_fresh

    def _joined(self, environment: Environment, template: str) -> str:
        source = super().get_source(environment, template)[0]
        return _INCLUDE.sub(lambda found: self._in_place(environment, found), source)

    def _in_place(self, environment: Environment, found: re.Match[str]) -> str:
        part = self._joined(environment, found[1])
        if _WHOLE.search(part):
            return found[0]
        return f"{{% with %}}{part.removesuffix(chr(10))}{{% endwith %}}"
