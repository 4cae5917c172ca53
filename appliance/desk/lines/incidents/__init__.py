"""What is wrong with devices and with the machine: found by rules, opened and closed by itself."""
