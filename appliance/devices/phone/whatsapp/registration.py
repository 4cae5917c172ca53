"""The pages of WhatsApp's registration, by the names of their activities.

A person goes through them at the phone: code and PIN are typed there, and Balie taps none of them.
"""

from collections.abc import Mapping

from appliance.devices.phone.whatsapp.stops import class_in_front
from appliance.enrolment import ToDo

# By the last part of the class name, because the packages change from release to release.
_PAGES: Mapping[str, ToDo] = {
    "EULA": ToDo.REGISTER_TERMS,
    "RegisterPhone": ToDo.REGISTER_NUMBER,
    "PrimaryFlashCallEducationScreen": ToDo.REGISTER_CALL,
    "DeviceConfirmationRegistrationActivity": ToDo.REGISTER_OLD_PHONE,
    "VerifyPhoneNumber": ToDo.REGISTER_CODE,
    "VerifyTwoFactorAuth": ToDo.REGISTER_PIN,
    "VerifyCaptcha": ToDo.REGISTER_CAPTCHA,
    "EmailEducationScreen": ToDo.REGISTER_EMAIL,
    "PasskeyCreateEducationScreen": ToDo.REGISTER_PASSKEY,
    "RestoreFromBackupActivity": ToDo.REGISTER_RESTORE,
    "RegisterName": ToDo.REGISTER_NAME,
    "CustomRegistrationBlockActivity": ToDo.REGISTER_BLOCKED,
}


def page_in_front(window: str, package: str) -> ToDo | None:
    """From the output of `dumpsys window`; None for any other page."""
    return _PAGES.get(class_in_front(window, package) or "")
