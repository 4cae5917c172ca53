"""`dumpsys` of battery, power, telephony, packages and other services without windows."""

from appliance.emulated.phone.commands.reply import SILENT, err, out
from appliance.emulated.phone.handset import BareHandset
from appliance.emulated.phone.hardware import Battery, PhoneSim
from appliance.emulated.phone.whatsapp.posting import PACKAGE as WHATSAPP
from appliance.emulated.phone.wire.seam import ShellResult


def battery(handset: BareHandset, args: list[str]) -> ShellResult:
    """The dump, or `unplug`, `set KEY VALUE` and `reset`, which fake what Android believes."""
    state = handset.battery
    if args[:1] == ["reset"]:
        state.updates_stopped = False
        state.usb = True
        return SILENT
    if args[:1] == ["unplug"]:
        state.usb, state.updates_stopped = False, True
        return SILENT
    if args[:1] == ["set"] and len(args) == 3:
        state.updates_stopped = True
        if args[1] in {"level", "temp", "usb"}:
            name = "temperature" if args[1] == "temp" else args[1]
            setattr(state, name, bool(int(args[2])) if name == "usb" else int(args[2]))
        return SILENT
    return out("\n".join(_battery_lines(handset)))


def _battery_lines(handset: BareHandset) -> list[str]:
    """The newest releases add lines with one leading blank and a time or a figure."""
    state, newest = handset.battery, handset.sdk >= 35
    stopped = ["  (UPDATES STOPPED -- use 'reset' to restart)"] if state.updates_stopped else []
    dock = ["  Dock powered: false"] if handset.sdk >= 33 else []
    current = (
        " Time when the latest updated value of the {} was sent via battery changed broadcast:"
        " 11-21 09:00:00.000"
    )
    return [
        "Current Battery Service state:",
        *stopped,
        "  AC powered: false",
        f"  USB powered: {str(state.usb).lower()}",
        "  Wireless powered: false",
        *dock,
        f"  Max charging current: {500000 if state.usb else 0}",
        *([current.format("Max charging current")] if newest else []),
        f"  Max charging voltage: {5000000 if state.usb else 0}",
        "  Charge counter: 3270000",
        f"  status: {state.status}",
        f"  health: {state.health}",
        "  present: true",
        f"  level: {state.level}",
        "  scale: 100",
        f"  voltage: {state.voltage}",
        *(
            [
                current.format("voltage"),
                f" The last voltage value sent via the battery changed broadcast: {state.voltage}",
            ]
            if newest
            else []
        ),
        f"  temperature: {state.temperature}",
        "  technology: Li-ion",
        *(
            ["  Charging state: 0", "  Charging policy: 0", "  Capacity level: -1"]
            if newest
            else []
        ),
        *_samsungs(state),
    ]


def _samsungs(state: Battery) -> list[str]:
    """Hundredths of a cycle, and the part of the first capacity that is left."""
    usage = [] if state.cycles is None else [f"  mSavedBatteryUsage: [{state.cycles * 100}]"]
    asoc = [] if state.capacity is None else [f"  mSavedBatteryAsoc: [{state.capacity}]"]
    return [*asoc, *usage]


def battery_get(handset: BareHandset, key: str) -> ShellResult:
    """`cmd battery get KEY`."""
    state = handset.battery
    values = {
        "ac": "false",
        "usb": str(state.usb).lower(),
        "wireless": "false",
        "dock": "false",
        "status": str(state.status),
        "level": str(state.level),
        "temp": str(state.temperature),
        "present": "true",
        "counter": "3270000",
        "invalid": "0",
    }
    return out(values[key]) if key in values else err(f"Unknown get option: {key}", code=255)


def power(handset: BareHandset, args: list[str]) -> ShellResult:
    del args
    awake = handset.screen_on
    return out(
        "POWER MANAGER (dumpsys power)\n\nPower Manager State:\n"
        f"  mWakefulness={'Awake' if awake else 'Asleep'}\n"
        f"  mIsPowered={str(handset.battery.usb).lower()}\n"
        f"  mPlugType={2 if handset.battery.usb else 0}\n"
        f"  mBatteryLevel={handset.battery.level}\n"
        f"  mStayOn={str(('global', 'stay_on_while_plugged_in') in handset.settings).lower()}\n"
        f"\nDisplay Power: state={'ON' if awake else 'OFF'}"
    )


def telephony_registry(handset: BareHandset, args: list[str]) -> ShellResult:
    del args
    sim, served = handset.sim, handset.sim is not None and handset.radio
    state = "0(IN_SERVICE)" if served else "1(OUT_OF_SERVICE)"
    operator = sim.operator if sim and served else "null"
    level = 4 if served else 0
    return out(
        "last known state:\n  Phone Id=0\n"
        "    mCallState=0\n    mRingingCallState=0\n    mCallIncomingNumber=\n"
        f"    mServiceState={{mVoiceRegState={state}, mDataRegState={state}, mChannelNumber=1300, "
        f"duplexMode()=1, mCellBandwidths=[20000], mOperatorAlphaLong={operator}, "
        f"mOperatorAlphaShort={operator}, isManualNetworkSelection=false(automatic), "
        f"getRilVoiceRadioTechnology={'14(LTE)' if served else '0(Unknown)'}, "
        f"mIsEmergencyOnly=false, mIsUsingCarrierAggregation=false}}\n"
        "    mVoiceActivationState= 0\n    mDataActivationState= 0\n"
        "    mUserMobileDataState= true\n"
        "    mSignalStrength=SignalStrength:{mCdma=Invalid,mGsm=Invalid,mWcdma=Invalid,"
        "mTdscdma=Invalid,mLte=CellSignalStrengthLte: rssi=-57 rsrp=-91 rsrq=-9 rssnr=18 "
        f"cqiTableIndex=2147483647 cqi=2147483647 ta=1 level={level} "
        "parametersUseForLevel=0,mNr=Invalid,primary=CellSignalStrengthLte}"
    )


def isub(handset: BareHandset, args: list[str]) -> ShellResult:
    """Card numbers are masked here; the provider shows them whole."""
    del args
    cards = [
        (slot, subscription, sim)
        for slot, subscription, sim in (
            (0, handset.sms.subscription, handset.sim),
            (1, handset.second_subscription, handset.second_sim),
        )
        if sim is not None
    ]
    if not cards:
        return out("SubscriptionManagerService:\nActive subscriptions:\n")
    return out(
        "\n".join(
            [
                "SubscriptionManagerService:\nLogical SIM slot sub id mapping:",
                *(f"  Logical SIM slot {slot}: subId={number}" for slot, number, _ in cards),
                f"defaultSubId={cards[0][1]}",
                f"defaultSmsSubId={handset.sms.sends_by}",
                "Active subscriptions:",
                *(_subscription(*card) for card in cards),
            ]
        )
    )


def _subscription(slot: int, subscription: int, sim: PhoneSim) -> str:
    return (
        f"  [SubscriptionInfo: id={subscription} iccId={sim.iccid[:9]}[****] simSlotIndex={slot}"
        f" portIndex=0 isEmbedded=false isActive=true carrierId=1620 displayName={sim.operator}"
        f" carrierName={sim.operator} mcc={sim.mcc_mnc[:3]} mnc={sim.mcc_mnc[3:]}]"
    )


def package(handset: BareHandset, args: list[str]) -> ShellResult:
    name = args[0] if args else ""
    app = handset.apps.get(name)
    if app is None:
        return out(f"Unable to find package: {name}")
    version_name, version_code = version_of(handset, name)
    return out(
        "Packages:\n"
        f"  Package [{name}] (a1b2c3d):\n"
        f"    userId={app.uid}\n"
        f"    pkg=Package{{d4e5f6a {name}}}\n"
        f"    codePath=/data/app/~~Zm9v==/{name}-YmFy==\n"
        f"    versionCode={version_code} minSdk=21 targetSdk=34\n"
        f"    versionName={version_name}\n"
        "    installerPackageName=com.android.vending\n"
        "    runtime permissions:\n"
        "      android.permission.POST_NOTIFICATIONS: granted=true, flags=[ USER_SET ]"
    )


def version_of(handset: BareHandset, name: str) -> tuple[str, int]:
    if name == WHATSAPP:
        generation = handset.whatsapp.generation
        return generation.version_name, generation.version_code
    return "1.0", 1


def device_idle(handset: BareHandset, args: list[str]) -> ShellResult:
    """`dumpsys deviceidle whitelist [+PACKAGE]`."""
    if args[:1] != ["whitelist"]:
        return out("  Settings:\n  mState=ACTIVE mLightState=ACTIVE")
    listed = [name for (space, name) in handset.settings if space == "deviceidle"]
    for wanted in args[1:]:
        sign, name = wanted[:1], wanted[1:]
        if sign == "+":
            handset.settings["deviceidle", name] = "user"
            return out(f"Added: {name}")
        handset.settings.pop(("deviceidle", name), None)
        return out(f"Removed: {name}")
    lines = ["system-excidle,com.android.shell,2000"]
    lines += [f"user,{name},{handset.apps[name].uid}" for name in listed if name in handset.apps]
    return out("\n".join(lines))
