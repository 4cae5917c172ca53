"""The shell commands of an emulated phone, by what they talk to."""
