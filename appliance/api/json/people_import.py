"""`POST /contacts/import`: people from a CSV file, with a verdict for each row."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import UploadFile

from appliance.api.json import people_examples
from appliance.api.json.callers import WRITES_CONTACTS, Caller, caller_of, check_still_valid
from appliance.api.json.conversations import branch_of
from appliance.api.json.documented import WRITE_PROBLEMS, answers
from appliance.api.json.people_bodies import ImportOut
from appliance.api.json.sending import DirectRoute
from appliance.desk.access.tokens import Scope
from appliance.desk.contacts.changing import Changer
from appliance.desk.contacts.importing import columns, taking_in, verdicts
from appliance.desk.contacts.importing.csv_table import FIELD, read_csv
from appliance.desk.contacts.importing.verdicts import JudgedRow, RowReason
from appliance.desk.outgoing.sending import Author
from appliance.errors import InvalidInput
from appliance.store.store import Tx

router = APIRouter(prefix="/api/v1", tags=["contacts"], route_class=DirectRoute)

_CSV = "text/csv"
_HEAD = "Naam;Mobiel;Personeelsnummer\r\nAnna de Wit;06-87654321;10234\r\n"


_OF_PEOPLE = frozenset(
    {
        RowReason.CHANGES,
        RowReason.TWO_PEOPLE,
        RowReason.OTHER_PERSONNEL,
        RowReason.TOO_MANY_FIELDS,
        RowReason.NOT_TAKEN,
    }
)


def _asked(name: str, description: str, kind: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": {"type": kind},
        "example": {"boolean": True, "string": ""}[kind],
    }


_TAKES = {
    "requestBody": {
        "required": True,
        "content": {
            _CSV: {"schema": {"type": "string"}, "example": _HEAD},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "properties": {
                        FIELD: {"type": "string", "format": "binary"},
                        "mapping": {"type": "string"},
                    },
                },
                "example": {FIELD: _HEAD},
            },
        },
    },
    "parameters": [
        _asked("dry_run", "Tells what each row would do, and writes nothing.", "boolean"),
        _asked("partial", "Takes in what can be decided, without the rest.", "boolean"),
        _asked("branch", "Whose the new people are: id or name.", "string"),
        _asked("mapping", "A JSON object: what each column is, by its head.", "string"),
    ],
}


@router.post(
    "/contacts/import",
    dependencies=[WRITES_CONTACTS],
    operation_id="importContacts",
    summary="Take people in from a CSV file",
    response_model=None,
    openapi_extra=_TAKES,
    responses=answers(
        ImportOut,
        people_examples.IMPORT,
        *WRITE_PROBLEMS,
        description="What each row did, or would do.",
    ),
)
async def import_contacts(request: Request) -> Response:
    """Nothing is written while one row cannot be decided (`double`, `refused`), unless `partial`
    says so. It brings no consent, adds numbers, labels and fields, and takes none away. Columns are
    known by their heads: name, mobile, personnel number, state, labels, notes, in English or Dutch;
    `mapping` may name others, and `field:…` for the office's own.
    """
    caller = await caller_of(request, Scope.CONTACTS_WRITE.value)
    asked = request.query_params
    dry_run, in_part = _flag(request, "dry_run"), _flag(request, "partial")
    raw, mapping = await _body(request)
    table = read_csv(raw)
    targets = columns.mapped(table.head, mapping) if mapping else columns.guessed(table.head)
    columns.need_key(table.head, targets)
    services = caller.services
    who = Changer(by=Author(token_id=caller.token.id), sight=caller.sight)
    branch_id = await services.store.aread(
        lambda conn: branch_of(conn, caller, asked.get("branch") or None)
    )
    rows = await services.store.aread(lambda conn: verdicts.judged(conn, who, table, targets))
    writes = not dry_run and (taking_in.is_decided(rows) or in_part)
    done: dict[int, JudgedRow] = {}
    for some in taking_in.pieces(rows) if writes else ():

        def work(tx: Tx, some: Sequence[JudgedRow] = some) -> Sequence[JudgedRow]:
            check_still_valid(tx, caller)
            return taking_in.take_in(tx, some, who, branch_id=branch_id)

        held = await services.store.aread(lambda conn, some=some: taking_in.concerned(conn, some))  # type: ignore[misc]
        taken = await services.at_gate(partial(services.gate.write, services.store, held, work))
        done |= {each.row: each for each in taken}
    shown = [done.get(each.row, each) for each in rows]
    return JSONResponse(_answer(caller, shown, written=writes))


def _answer(caller: Caller, rows: Sequence[JudgedRow], *, written: bool) -> dict[str, Any]:
    """A token that may not read people is not told whose card a row fits."""
    may_read = caller.token.may(Scope.CONTACTS_READ)
    told = [
        {
            "row": each.row,
            "verdict": each.verdict.value,
            "why": each.why if may_read or each.reason not in _OF_PEOPLE else "",
            "contact": each.contact_id,
        }
        for each in rows
    ]
    return {"rows": told, "written": written}


async def _body(request: Request) -> tuple[bytes, Mapping[str, str]]:
    """The file, and what was said of its columns."""
    said = request.query_params.get("mapping", "")
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body(), _mapping(said)
    async with request.form() as form:
        file = form.get(FIELD)
        if not isinstance(file, UploadFile):
            raise InvalidInput(FIELD, f"Send the file as the field “{FIELD}” of a multipart form.")
        return await file.read(), _mapping(str(form.get("mapping") or said))


def _mapping(text: str) -> Mapping[str, str]:
    if not text:
        return {}
    try:
        said = json.loads(text)
    except ValueError as exc:
        raise InvalidInput("mapping", "“mapping” is a JSON object of texts.") from exc
    if not isinstance(said, dict) or not all(isinstance(each, str) for each in said.values()):
        raise InvalidInput("mapping", "“mapping” is a JSON object of texts.")
    return said


def _flag(request: Request, name: str) -> bool:
    said = request.query_params.get(name, "false").lower()
    if said not in ("true", "false", "1", "0", ""):
        raise InvalidInput(name, f"“{name}” is true or false.")
    return said in ("true", "1")
