"""WhatsApp is installed on an emulated phone, or taken off it."""

from appliance.emulated.phone.handset import BareHandset


def install_whatsapp(handset: BareHandset, *, installed: bool) -> None:
    """What it knew is there again when it is installed later, and it gets nothing before it is
    opened.
    """
    package = handset.whatsapp.package
    if installed:
        handset.apps[package] = handset.whatsapp
    elif handset.apps.pop(package, None) is not None:
        handset.whatsapp.stop()
        handset.shade.cancel_package(package)
        if handset.front is handset.whatsapp:
            handset.bring(handset.launcher)
