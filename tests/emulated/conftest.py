"""The adb server and the bench of the devices' tests, for those of what stands in for devices."""

from tests.devices.conftest import adb_server_port, bench

__all__ = ["adb_server_port", "bench"]
