"""What `getprop` knows of an emulated phone."""

from collections.abc import Mapping

from appliance.emulated.phone.faults import FaultKind
from appliance.emulated.phone.handset import BareHandset
from appliance.emulated.phone.spec import RELEASES


def properties_of(handset: BareHandset) -> Mapping[str, str]:
    """Fixed ones, those of the SIM now, and what `setprop` wrote."""
    spec, sim = handset.spec, handset.sim
    language = spec.locale or ("nl-NL" if spec.language == "nl" else "en-GB")
    booted = handset.powered and not handset.faults.standing(FaultKind.BOOTING)
    return {
        "gsm.network.type": "LTE" if sim and handset.radio else "Unknown",
        "gsm.operator.alpha": sim.operator if sim and handset.radio else "",
        "gsm.operator.iso-country": "nl" if sim else "",
        "gsm.operator.numeric": sim.mcc_mnc if sim and handset.radio else "",
        "gsm.sim.operator.alpha": sim.operator if sim else "",
        "gsm.sim.operator.numeric": sim.mcc_mnc if sim else "",
        "gsm.sim.state": _sim_states(handset),
        "init.svc.adbd": "running",
        **_second_switch(handset),
        "persist.sys.locale": language,
        "persist.sys.timezone": spec.zone,
        "ro.boot.qemu": "0",
        "ro.build.version.release": RELEASES[spec.sdk],
        "ro.build.version.sdk": str(spec.sdk),
        "ro.product.brand": "balie",
        "ro.product.cpu.abi": "arm64-v8a",
        "ro.product.device": "balie",
        "ro.product.locale": language,
        "ro.product.manufacturer": spec.maker,
        "ro.product.model": spec.model,
        "ro.product.name": "balie_emulated",
        "ro.serialno": handset.serial_name,
        "sys.boot_completed": "1" if booted else "",
        **handset.set_properties,
    }


def _second_switch(handset: BareHandset) -> Mapping[str, str]:
    """MIUI and HyperOS say whether a computer may tap; other makers' phones do not."""
    if handset.spec.maker != "Xiaomi":
        return {}
    refused = handset.faults.standing(FaultKind.INPUT_REFUSED)
    return {"persist.security.adbinput": "0" if refused else "1"}


def _sim_states(handset: BareHandset) -> str:
    """A state for each slot; a phone without a second card has one slot here."""
    first = "LOADED" if handset.sim else "ABSENT"
    return f"{first},LOADED" if handset.second_sim else first
