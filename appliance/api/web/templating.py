"""Templates, and the names that each of them may use."""

import functools
from collections.abc import Iterator
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import jinja2
from jinja2 import Environment, StrictUndefined, select_autoescape

from appliance.api.web import avatars, formatting
from appliance.api.web import words as all_words
from appliance.api.web.assets import asset, icon, tick
from appliance.api.web.compiled_templates import KeptBytecode, loader_of
from appliance.api.web.style_sheets import style_sheet
from appliance.api.web.words.i18n import Words
from appliance.channels import Channel
from appliance.characters import is_blank
from appliance.desk.access.rights import Permission
from appliance.desk.lines import setting_fields
from appliance.devices.kind import Kind
from appliance.phone_numbers import readable

TEMPLATES = Path(__file__).parent / "templates"


@functools.cache
def environment() -> Environment:
    env = Environment(
        loader=loader_of(TEMPLATES),
        bytecode_cache=KeptBytecode(TEMPLATES, _compiler()),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.globals.update(
        _said(),
        kind_of=Kind.named,
        avatars=avatars,
        Permission=Permission,
        setting_fields=setting_fields.FIELDS,
        icon=icon,
        tick=tick,
        asset=asset,
        style_sheet=style_sheet,
    )
    env.filters["readable"] = readable
    env.filters["formatted"] = formatting.drawn
    env.tests["emoji"] = formatting.is_emoji
    env.tests["writable"] = Channel.any_writes_to
    env.tests["blank"] = is_blank
    return env


def _compiler() -> str:
    """Another one for another Jinja, and for whatever is set above."""
    found = sha256(jinja2.__version__.encode() + Path(__file__).read_bytes())
    return found.hexdigest()[:12]


def compiled_pages() -> Iterator[None]:
    """One after the other, before anybody asks for them: all take seconds."""
    for page in TEMPLATES.glob("[!_]*.html"):
        environment().get_template(page.name)
        yield


def _said() -> dict[str, ModuleType]:
    """What pages say: each module of sentences by its name, so a new one needs no line here."""
    found = (each.name for each in iter_modules(all_words.__path__))
    return {
        name: import_module(f"{all_words.__name__}.{name}")
        for name in found
        if name.endswith(("phrases", "sentences"))
    }


def render(template: str, words: Words, **context: object) -> str:
    page = environment().get_template(template)
    return page.render(words=words, _=words.text, plural=words.plural, **context)
