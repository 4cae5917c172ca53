"""A template is compiled once: by the package, or by the first process that opens its page."""

from pathlib import Path
from typing import Never

import pytest
from jinja2 import Environment

from appliance.api.web import templating
from appliance.api.web.compiled_templates import KeptBytecode, loader_of, write_modules

A_PAGE = "login.html"


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    (tmp_path / "greeting.html").write_text("Hello {{ name }}", "utf-8")
    return tmp_path


@pytest.fixture(autouse=True)
def bytecode_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", False)


def compiler(templates: Path, tag: str = "one") -> Environment:
    """As another process has it, which has compiled nothing yet."""
    return Environment(
        loader=loader_of(templates), bytecode_cache=KeptBytecode(templates, tag), autoescape=True
    )


def nothing_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    def generate(*_: object, **__: object) -> Never:
        raise AssertionError("compiled again")

    monkeypatch.setattr("jinja2.environment.generate", generate)


def test_a_page_of_another_process_needs_no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits while the templates of a page are compiled that was open before."""
    templating.environment.__wrapped__().get_template(A_PAGE)
    nothing_compiles(monkeypatch)
    templating.environment.__wrapped__().get_template(A_PAGE)


def test_a_package_needs_no_compiler(templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_modules(compiler(templates), templates)
    nothing_compiles(monkeypatch)
    assert compiler(templates).get_template("greeting.html").render(name="Sanne") == "Hello Sanne"


def test_a_text_that_changed_is_compiled_anew(templates: Path) -> None:
    compiler(templates).get_template("greeting.html")
    (templates / "greeting.html").write_text("Bye {{ name }}", "utf-8")
    assert compiler(templates).get_template("greeting.html").render(name="Sanne") == "Bye Sanne"


def test_another_compiler_compiles_anew(templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler(templates).get_template("greeting.html")
    nothing_compiles(monkeypatch)
    with pytest.raises(AssertionError, match="compiled again"):
        compiler(templates, "two").get_template("greeting.html")


def test_where_nothing_may_be_kept_a_page_is_drawn_all_the_same(templates: Path) -> None:
    (templates / "__pycache__").symlink_to(templates / "nowhere")
    assert compiler(templates).get_template("greeting.html").render(name="Sanne") == "Hello Sanne"
