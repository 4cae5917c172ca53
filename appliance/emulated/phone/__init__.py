"""Emulated Android phones: what an adb server finds at the other end of the cable."""
