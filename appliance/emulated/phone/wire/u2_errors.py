"""Errors as the JSON-RPC server in u2.jar words them."""

from typing import Any

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
#: Anything that a method of u2.jar throws.
_APPLICATION_ERROR = -32001


class JavaError(Exception):
    """`message` is the name of a Java class where a method threw it."""

    def __init__(self, code: int, message: str, stack_trace: str = "") -> None:
        super().__init__(message)
        self._code = code
        self._stack_trace = stack_trace

    def to_json(self) -> dict[str, Any]:
        return {"code": self._code, "message": str(self), "data": self._stack_trace}


def thrown(java_class: str, reason: str) -> JavaError:
    trace = (
        f"{java_class}: {reason}\n\tat com.wetest.uia2.stub.AutomatorServiceImpl(Unknown Source)\n"
    )
    return JavaError(_APPLICATION_ERROR, java_class, trace)


def object_not_found(selector: object) -> JavaError:
    return thrown("androidx.test.uiautomator.UiObjectNotFoundException", f"UiSelector[{selector}]")
