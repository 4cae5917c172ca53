"""Where SMSGate's own clients look for its API: they append this to an address."""

PREFIX = "/3rdparty/v1"
