"""The dialogue with a modem over its serial port, by V.250, 3GPP TS 27.007 and 27.005."""
