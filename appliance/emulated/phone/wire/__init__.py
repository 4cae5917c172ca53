"""What a phone says on the wire: adb's packets, its shell and file services, uiautomator2."""
