"""Why: the one vocabulary of codes that the database, the API and the command line spell as here.

A member keeps its spelling for good: other software reads it. People read a sentence instead
(`api/web/words/`).
"""

from enum import StrEnum


class Reason(StrEnum):
    # Why a device is not simply ready.
    NONE = "none"
    NOT_PLUGGED_IN = "not-plugged-in"
    NOT_ALLOWED = "not-allowed"
    CONNECTION_DEAD = "connection-dead"
    NOT_ANSWERING = "not-answering"
    BOOTING = "booting"
    LOCKED = "locked"
    OTHER_SIM = "other-sim"
    NO_SIM = "no-sim"
    NO_WHATSAPP = "no-whatsapp"
    WHATSAPP_STOPPED = "whatsapp-stopped"
    #: WhatsApp takes no part while the phone's date is wrong or its storage full.
    PHONE_CLOCK = "phone-clock"
    PHONE_STORAGE = "phone-storage"
    SERVER_WILL_NOT_START = "server-will-not-start"
    UNKNOWN_SCREEN = "unknown-screen"
    #: The phone has not told these for a minute, so what they would say is not known.
    CLOCK_UNREADABLE = "clock-unreadable"
    NOTIFICATIONS_UNREADABLE = "notifications-unreadable"
    SMS_UNREADABLE = "sms-unreadable"
    #: Two SIMs work in the phone, and nothing tells which of them, or whose SMS, is meant.
    TWO_SIMS = "two-sims"
    #: Of its two SIMs the phone sends SMS from the other one.
    SMS_SIM = "sms-sim"
    #: The SIM of a modem asks for a PIN that Balie does not have or may not try.
    SIM_PIN = "sim-pin"
    #: The SIM is locked; only its PUK opens it, and only a person may type that.
    SIM_PUK = "sim-puk"
    NO_NETWORK = "no-network"
    #: The network knows this SIM or modem and will not serve it.
    BARRED = "barred"
    NO_CREDIT = "no-credit"
    #: Another modem answers where this one was.
    OTHER_MODEM = "other-modem"
    #: Another modem of Balie says the same IMEI, and no SIM that can be read tells them apart.
    SAME_IMEI = "same-imei"
