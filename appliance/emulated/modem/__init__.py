"""A GSM modem below the wire: a pty, the AT commands of 3GPP, a SIM, storages and a network.

It is strict, and it is the judge of what really left: its PDUs, its alphabet and its parser are
its own and share nothing with the driver's.
"""
