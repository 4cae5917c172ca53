"""What an address may be asked, and what a program is sent that has the answer already."""

from typing import Any

from tests.api.office import Caller, Desk, Office


def test_who_has_the_answer_is_sent_nothing_until_it_changes(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """The tag is weak and nobody's cache keeps the answer."""

    def ask(tag: str) -> Any:
        headers = {**planning.headers, "If-None-Match": tag}
        return office.client.get("/api/v1/contacts", headers=headers)

    first = planning.get("/contacts")
    tag = first.headers["ETag"]
    assert tag.startswith('W/"')
    same = ask(f'"other", {tag}')
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    assert same.headers["Cache-Control"] == "no-store"
    office.writes("+31687654321", tilburg)
    changed = ask(tag)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_head_says_what_get_would(office: Office, tilburg: Desk, planning: Caller) -> None:
    """Not of the stream of events, which has no end."""
    heads = {
        path: office.client.head(f"/api/v1{path}", headers=planning.headers)
        for path in ("/lines", "/lines/x/rules", "/events")
    }
    assert [each.status_code for each in heads.values()] == [200, 404, 405]
    assert all(each.content == b"" for each in heads.values())
    get = planning.get("/lines")
    assert heads["/lines"].headers["ETag"] == get.headers["ETag"]
    assert heads["/lines"].headers["Content-Length"] == get.headers["Content-Length"]
    assert "RateLimit" in heads["/lines"].headers


def test_allow_names_every_method_of_an_address(office: Office, planning: Caller) -> None:
    """Each method is a route of its own; the document says the same."""
    document = office.client.get("/api/v1/openapi.json").json()["paths"]
    for path, operations in document.items():
        address = path.format_map(dict.fromkeys(_names(path), "x"))
        answer = office.client.options(address, headers=planning.headers)
        allowed = set(answer.headers["Allow"].split(", ")) - {"HEAD"}
        assert allowed == {method.upper() for method in operations}, path
        assert answer.status_code == 405


def _names(path: str) -> list[str]:
    return [part.split("}")[0] for part in path.split("{")[1:]]
