"""The cable: the adb server, the phones that it knows, and calls to them with deadlines."""
