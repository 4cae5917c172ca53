"""A number's own name and picture in a messenger, as people see them: how a device is asked."""

import logging
from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from appliance.devices.protocol import Driver, Errand
from appliance.errors import DeviceError, StoreError

log = logging.getLogger(__name__)

ALIKE_BITS = 10
"""Prints of one picture differ in a few of their 64 bits, those of two in half of them."""

# The plus and two digits: enough to tell countries apart, beside so many digits at the end.
_COUNTRY, _SUBSCRIBER = 3, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnProfile:
    """`picture` is a print of 64 bits in hexadecimal digits; empty where it does not show.
    `number` is that of the account, in E.164; None where it does not show.
    """

    name: str
    picture: str
    number: str | None = None

    def has_picture_of(self, other: "OwnProfile") -> bool:
        """Also where one of them does not show its picture: then nothing is known against it."""
        if not self.picture or not other.picture:
            return True
        return (int(self.picture, 16) ^ int(other.picture, 16)).bit_count() <= ALIKE_BITS

    def is_like(self, other: "OwnProfile") -> bool:
        return self.name == other.name and self.has_picture_of(other)


def is_account_of(shown: str, number: str) -> bool:
    """Whether an account that shows this number is that of `number`, both in E.164.

    Some countries have put digits behind their code since (Mexico's 1, Argentina's 9), and accounts
    of before go without them.
    """
    return (shown[:_COUNTRY], shown[-_SUBSCRIBER:]) == (number[:_COUNTRY], number[-_SUBSCRIBER:])


@runtime_checkable
class ReadsProfile(Protocol):
    """A driver that can do that."""

    def own_profile(self) -> OwnProfile:
        """Raises DeviceError."""
        ...


class ProfileLook(Errand):
    """One look; it changes nothing on the device."""

    def run(self, driver: Driver) -> None:
        if not isinstance(driver, ReadsProfile):
            self.failed()
            return
        try:
            seen = driver.own_profile()
        except DeviceError as exc:
            log.info("the own profile on %s was not read: %s", driver.device_id, exc)
            self.failed()
        except StoreError:
            raise
        except Exception:
            log.exception("a look at the own profile on %s failed in Balie", driver.device_id)
            self.failed()
        else:
            self.done(seen)

    @abstractmethod
    def done(self, seen: OwnProfile) -> None: ...

    @abstractmethod
    def failed(self) -> None:
        """It could not be read; that says nothing of the profile."""
