"""Turns what adbutils, uiautomator2, http.client and sockets raise into our own errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException

import adbutils
import requests
from uiautomator2 import exceptions as u2_errors

from appliance.devices.protocol import DeviceState
from appliance.errors import DeviceError, DeviceGone, Transient


@contextmanager
def translated() -> Iterator[None]:
    """No exception of a library leaves this block; the phone may have done what was asked."""
    try:
        yield
    except DeviceError:
        raise
    except (TimeoutError, adbutils.AdbTimeout, u2_errors.HTTPTimeoutError) as exc:
        raise DeviceGone("The phone did not answer in time.") from exc
    except (adbutils.AdbError, EOFError) as exc:
        raise _from_adb(str(exc)) from exc
    except (u2_errors.RPCError, ValueError) as exc:
        raise Transient(f"The phone could not do it ({type(exc).__name__}).") from exc
    except u2_errors.BaseException as exc:
        raise DeviceGone(f"The phone's control server failed ({type(exc).__name__}).") from exc
    except (OSError, HTTPException, requests.RequestException) as exc:
        raise DeviceGone(f"The connection to the phone broke ({type(exc).__name__}).") from exc


def _from_adb(text: str) -> DeviceError:
    match state_of(text):
        case DeviceState.UNAUTHORIZED:
            return DeviceGone("The phone asks a person to allow this computer.")
        case DeviceState.ABSENT:
            return DeviceGone("The phone is not plugged in.")
        case _:
            return DeviceGone("The connection to the phone is dead.")


def state_of(text: str) -> DeviceState:
    """The state of a device, from adb's word or error text.

    Source of the words: `transport.cpp` of adb, `acquire_one_transport` and `to_string`.
    """
    words = text.strip().casefold()
    if words == "device":
        return DeviceState.READY
    if "unauthorized" in words or "authorizing" in words or "no permissions" in words:
        return DeviceState.UNAUTHORIZED
    if "not found" in words or "no devices" in words or words in {"absent", "detached", ""}:
        return DeviceState.ABSENT
    return DeviceState.OFFLINE
