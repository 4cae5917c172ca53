"""Sets a phone up and puts it back: each old value is remembered before anything is changed."""

from collections.abc import Sequence

from appliance.devices.phone.adb.calls import DeadlineAdbDevice
from appliance.devices.phone.enrolment.phone_settings import (
    PhoneSetting,
    Unread,
    answer,
    are_same,
    order,
    question,
)
from appliance.enrolment import KeptSetting, SettingOutcome, SettingsMemory, SettingTold

_Value = str | Unread | None


def set_up(
    device: DeadlineAdbDevice, memory: SettingsMemory, wanted: Sequence[PhoneSetting]
) -> Sequence[SettingTold]:
    """Raises DeviceGone; what was set by then is remembered."""
    kept = {(each.namespace, each.name): each for each in memory.kept()}
    changes: list[KeptSetting] = []
    told: list[SettingTold] = []
    for setting, now in zip(wanted, _values(device, wanted), strict=True):
        before = kept.get((setting.namespace, setting.name))
        change = _change(setting, now, before)
        if isinstance(now, Unread):
            told.append(SettingTold(setting=change, outcome=SettingOutcome.REFUSED))
        elif are_same(now, setting.value):
            outcome = SettingOutcome.ALREADY if before is None else SettingOutcome.SET
            told.append(SettingTold(setting=before or change, outcome=outcome))
        else:
            changes.append(change)
    if not changes:
        return told
    memory.remember(changes)
    asked = [_setting(each) for each in changes]
    device.run(*(order(each, each.value) for each in asked))
    return [*told, *_taken(memory, changes, _values(device, asked))]


def put_back(device: DeadlineAdbDevice, memory: SettingsMemory) -> Sequence[SettingTold]:
    """Forgets what is as it was, and what a person has changed since. What the phone did not take
    is kept, so that it can be tried again. Raises DeviceGone.
    """
    kept = memory.kept()
    now = _values(device, [_setting(each) for each in kept])
    to_put = [
        each
        for each, value in zip(kept, now, strict=True)
        if not isinstance(value, Unread) and are_same(value, each.new)
    ]
    if to_put:
        # What was set last goes first: the exception from saving moves the bucket.
        device.run(*(order(_setting(each), each.old) for each in reversed(to_put)))
        now = _values(device, [_setting(each) for each in kept])
    told = [
        SettingTold(setting=each, outcome=_put(each, value, was_ours=each in to_put))
        for each, value in zip(kept, now, strict=True)
    ]
    memory.forget([each.setting for each in told if each.outcome is not SettingOutcome.REFUSED])
    return told


def _put(kept: KeptSetting, now: _Value, *, was_ours: bool) -> SettingOutcome:
    if isinstance(now, Unread):
        return SettingOutcome.REFUSED
    if are_same(now, kept.old):
        return SettingOutcome.PUT_BACK
    return SettingOutcome.REFUSED if was_ours else SettingOutcome.LEFT


def _taken(
    memory: SettingsMemory, changes: Sequence[KeptSetting], now: Sequence[_Value]
) -> Sequence[SettingTold]:
    """What the phone left as it was need not be put back."""
    pairs = list(zip(changes, now, strict=True))
    unmoved = [
        each for each, value in pairs if not isinstance(value, Unread) and are_same(value, each.old)
    ]
    if unmoved:
        memory.forget(unmoved)
    return [
        SettingTold(
            setting=each,
            outcome=SettingOutcome.SET if _is(value, each.new) else SettingOutcome.REFUSED,
        )
        for each, value in pairs
    ]


def _change(setting: PhoneSetting, now: _Value, before: KeptSetting | None) -> KeptSetting:
    """What the phone had before Balie, or what a person has chosen since."""
    old = None if isinstance(now, Unread) else now
    if before is not None and _is(now, before.new):
        old = before.old
    return KeptSetting(namespace=setting.namespace, name=setting.name, old=old, new=setting.value)


def _is(now: _Value, value: str) -> bool:
    return not isinstance(now, Unread) and are_same(now, value)


def _setting(kept: KeptSetting) -> PhoneSetting:
    return PhoneSetting(namespace=kept.namespace, name=kept.name, value=kept.new)


def _values(device: DeadlineAdbDevice, settings: Sequence[PhoneSetting]) -> Sequence[_Value]:
    if not settings:
        return []
    said = device.run(*(question(each) for each in settings))
    return [answer(each, output) for each, output in zip(settings, said, strict=True)]
