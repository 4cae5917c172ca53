"""The values of a call, in any of the forms in which the Bot API takes them."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from appliance.emulated.telegram.bot_world import ApiRefusal


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallValues:
    """`values` are texts where they came as a form."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, SentFile] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        return None if value is None else str(value)

    def whole(self, name: str, otherwise: int | None = None) -> int | None:
        value = self.values.get(name)
        if value is None or value == "":
            return otherwise
        try:
            return int(value)
        except (TypeError, ValueError) as exc:
            raise ApiRefusal(400, f"Bad Request: {name} is not a number") from exc

    def structure(self, name: str) -> dict[str, Any]:
        """As JSON, also inside a form; empty where nothing is given."""
        value = self.values.get(name)
        if isinstance(value, str) and value:
            try:
                value = json.loads(value)
            except ValueError as exc:
                raise ApiRefusal(400, f"Bad Request: can't parse {name}") from exc
        return value if isinstance(value, dict) else {}

    def file(self, name: str) -> SentFile | None:
        """Under its own name, or behind `attach://`."""
        value = self.values.get(name)
        if isinstance(value, str) and value.startswith("attach://"):
            return self.files.get(value.removeprefix("attach://"))
        return self.files.get(name)


def read_values(query: str, content_type: str, body: bytes) -> CallValues:
    """Raises ApiRefusal."""
    values: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json" and body:
        try:
            told = json.loads(body)
        except ValueError as exc:
            raise ApiRefusal(400, "Bad Request: can't parse JSON object") from exc
        return CallValues(values={**values, **(told if isinstance(told, dict) else {})})
    if kind == "application/x-www-form-urlencoded":
        form = parse_qsl(body.decode(), keep_blank_values=True)
        return CallValues(values={**values, **dict(form)})
    if kind == "multipart/form-data":
        return _multipart(values, content_type, body)
    return CallValues(values=values)


def _multipart(values: dict[str, Any], content_type: str, body: bytes) -> CallValues:
    found = re.search(r'boundary="?([^";]+)"?', content_type)
    if found is None:
        raise ApiRefusal(400, "Bad Request: no boundary")
    files: dict[str, SentFile] = {}
    for piece in body.split(b"--" + found[1].encode())[1:-1]:
        head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        content = content.removesuffix(b"\r\n")
        headers = head.decode("utf-8", "replace")
        name = re.search(r'\bname="([^"]*)"', headers)
        file_name = re.search(r'\bfilename="([^"]*)"', headers)
        if name is None:
            continue
        if file_name is None:
            values[name[1]] = content.decode("utf-8", "replace")
        else:
            of_type = re.search(r"(?im)^content-type:\s*(\S+)", headers)
            files[name[1]] = SentFile(
                name=file_name[1], media_type=of_type[1] if of_type else "", content=content
            )
    return CallValues(values=values, files=files)
