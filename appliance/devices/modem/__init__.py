"""GSM modems: a USB stick with a SIM that sends and receives SMS with proof (3GPP TS 27.005)."""
