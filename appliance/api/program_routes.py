"""The routes of all that programs ask: of Balie's own API and of those in the shape of others."""

from collections.abc import Iterable

from fastapi import APIRouter

from appliance.api.cloud import paths as cloud_paths
from appliance.api.route_finder import RouteFinder, first_word

_VERSIONED = ("api", "3rdparty")
"""What stands before a version; the word that tells is the third one."""


class ProgramRoutes(RouteFinder):
    def __init__(self, parts: Iterable[APIRouter]) -> None:
        super().__init__()
        for part in parts:
            self.take(part)

    def word(self, path: str) -> str:
        first = first_word(path)
        if first in _VERSIONED:
            return "/".join(path.split("/", 4)[1:4])
        return cloud_paths.VERSION if cloud_paths.begins(path) else first
