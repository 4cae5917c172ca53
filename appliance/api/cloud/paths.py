"""Where the Cloud API is: below any version, as `/v21.0/`."""

import re

from starlette.convertors import Convertor, register_url_convertor

_VERSION = r"v[0-9]{1,3}(?:\.[0-9]{1,3})?"
_SERVED = re.compile(rf"/{_VERSION}(?:/.*)?", re.DOTALL)
_UPLOAD = re.compile(rf"/{_VERSION}/[0-9]+/media/?")


class _Text(Convertor[str]):
    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class _Version(_Text):
    regex = _VERSION


class _Digits(_Text):
    regex = "[0-9]{1,40}"


register_url_convertor("graph_version", _Version())
register_url_convertor("digits", _Digits())

VERSION = "v*"
"""The first word of all of its paths, whichever version it names."""
_VERSION_HERE = "/{version:graph_version}"
NODE = f"{_VERSION_HERE}/{{node:digits}}"
"""A number of ours, the account that it stands for, or a file."""


def begins(path: str) -> bool:
    """Also of a route's own path."""
    return path.startswith(_VERSION_HERE) or serves(path)


def serves(path: str) -> bool:
    return _SERVED.fullmatch(path) is not None


def is_upload(path: str) -> bool:
    """The route writes the body to the disk piece by piece and counts itself."""
    return _UPLOAD.fullmatch(path) is not None
