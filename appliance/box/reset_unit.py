"""Starts the reset: a unit with more rights than whoever may ask for one."""

from appliance.box.running import run

UNIT = "balie-reset-now.service"


def start_reset() -> None:
    """Does not wait for it. Raises SetupError."""
    run("systemctl", "start", "--no-block", UNIT)
