"""Templates that were compiled before somebody opens their page.

To compile one takes up to half a second of a quick processor, in the event loop: meanwhile no page
is answered and no stream beats. So a package brings all of them as modules, which Python compiles
with all others where the package is installed. Elsewhere they are kept in `__pycache__` beside the
templates, as Python keeps its own, where it may write there.
"""

import sys
from contextlib import suppress
from pathlib import Path

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemBytecodeCache, ModuleLoader
from jinja2.bccache import Bucket

from appliance.api.web.joined_templates import JoinedTemplates

_MODULES = "compiled"
"""The folder of the package's modules, inside that of the templates."""
_TEXTS = ("html", "js")


def loader_of(templates: Path) -> BaseLoader:
    """Takes the modules, where a package brought them."""
    return ChoiceLoader([ModuleLoader(templates / _MODULES), JoinedTemplates(templates)])


def write_modules(env: Environment, templates: Path) -> None:
    """For a package: `templates` is where they lie in it."""
    texts = env.overlay(loader=JoinedTemplates(templates))
    texts.compile_templates(templates / _MODULES, extensions=_TEXTS, zip=None, ignore_errors=False)


class KeptBytecode(FileSystemBytecodeCache):
    """`tag` names whatever the compiler goes by beside the text, such as its own version."""

    def __init__(self, templates: Path, tag: str) -> None:
        super().__init__(str(templates / "__pycache__"), f"%s.{tag}.pyc")

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not sys.dont_write_bytecode:
            with suppress(OSError):  # the folder is another user's, or on a disk that is full
                Path(self.directory).mkdir(exist_ok=True)
                super().dump_bytecode(bucket)
