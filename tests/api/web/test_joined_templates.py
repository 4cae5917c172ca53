"""Parts of templates are put in place before they are compiled."""

from pathlib import Path

from jinja2 import Environment

from appliance.api.web.joined_templates import JoinedTemplates


def test_a_part_in_its_place_sees_the_names_around_it_and_keeps_its_own(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        "{% for each in all %}\n{% set own = 1 %}\n"
        '{% include "_part.html" %}\n/{{ own }}\n{% endfor %}'
    )
    (tmp_path / "_part.html").write_text('{% set own = each * 2 %}\n{% include "_deep.html" %}\n')
    (tmp_path / "_deep.html").write_text("<{{ each }}, {{ own }}>\n")
    templates = Environment(
        loader=JoinedTemplates(tmp_path), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    page = templates.get_template("page.html").render(all=[1, 2])
    assert page == "<1, 2>/1\n<2, 4>/1\n"
