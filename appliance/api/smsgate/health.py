"""`/health`: open to anybody, as `/readyz` is; nothing in it is about a person."""

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from appliance.api.json.health import missing
from appliance.api.services import Services
from appliance.api.smsgate.paths import PREFIX

router = APIRouter(prefix=PREFIX, include_in_schema=False)

_PASS, _FAIL = "pass", "fail"
_RELEASE = 1
"""That API counts its releases; this one has no other."""
_UNAVAILABLE = 503


@router.get("/health/live")
async def is_alive() -> JSONResponse:
    return JSONResponse(_body({"process": _check(_PASS, "The process answers.")}))


@router.get("/health")
@router.get("/health/ready")
@router.get("/health/startup")
async def is_ready(request: Request) -> JSONResponse:
    services: Services = request.app.state.services
    lacks = await missing(services)
    checks = {each: _check(_FAIL, f"Not ready yet: {each}.") for each in lacks}
    checks.setdefault("store", _check(_PASS, "The database can be read and written."))
    return JSONResponse(_body(checks), _UNAVAILABLE if lacks else 200)


def _body(checks: dict[str, dict[str, Any]]) -> dict[str, Any]:
    failed = any(each["status"] == _FAIL for each in checks.values())
    return {
        "status": _FAIL if failed else _PASS,
        "version": version("balie"),
        "releaseId": _RELEASE,
        "checks": checks,
    }


def _check(status: str, description: str) -> dict[str, Any]:
    return {
        "status": status,
        "description": description,
        "observedValue": int(status == _PASS),
        "observedUnit": "ok",
    }
