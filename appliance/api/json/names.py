"""Fields that hold one name of a set that is known only when they are read or documented.

A `Literal` would be fixed before an installed kind of device could add its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from appliance.channels import Channel
from appliance.devices.kind import Kind


@dataclass(frozen=True, slots=True)
class OneOf:
    """Checked and documented as a `Literal` of these names is."""

    names: Callable[[], Sequence[str]]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        names = list(self.names())
        return {**handler(schema), "enum": names} if names else handler(schema)

    def _check(self, given: Any) -> Any:
        names = self.names()
        if given not in names:
            *others, last = (f"'{name}'" for name in names)
            raise PydanticKnownError(
                "literal_error", {"expected": f"{', '.join(others)} or {last}"}
            )
        return given


def _channels() -> Sequence[str]:
    return [channel.name for channel in Channel.known()]


ChannelName = Annotated[str, OneOf(_channels)]
WantedChannel = Annotated[str, OneOf(lambda: ["auto", *_channels()])]
KindName = Annotated[str, OneOf(lambda: [kind.name for kind in Kind.known()])]
