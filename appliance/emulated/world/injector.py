"""What is done to the phones and the world from outside."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from appliance.emulated.phone.hardware import PhoneSim
from appliance.emulated.phone.installing import install_whatsapp
from appliance.emulated.phone.phone import EmulatedPhone
from appliance.emulated.phone.recorded import NoRecording, read_recording
from appliance.emulated.phone.sms.usage import INTERVAL_MS, MAX_COUNT
from appliance.emulated.phone.whatsapp import notices
from appliance.emulated.phone.whatsapp.media import Medium
from appliance.emulated.world import control_bodies as bodies
from appliance.emulated.world.network import Bearer, Letter, Network
from appliance.emulated.world.numbers import e164, group_jid, is_group, jid_of
from appliance.emulated.world.refusal import ControlRefusal
from appliance.emulated.world.world import World

Answer = dict[str, Any]


class Injector:
    def __init__(
        self, phone: Callable[[str], EmulatedPhone], *, world: World, network: Network
    ) -> None:
        self._phone = phone
        self._world = world
        self._network = network
        self._doers: dict[type, Callable[[Any], Answer]] = {
            bodies.MessageToPhone: self._message,
            bodies.ChangeMessage: self._change,
            bodies.React: self._react,
            bodies.WhatsAppNotice: self._notice,
            bodies.WhatsAppCall: self._whatsapp_call,
            bodies.PhoneSwitch: self._switch,
            bodies.Dismiss: self._dismiss,
            bodies.ReadOnPhone: self._read,
            bodies.SeenElsewhere: self._seen_elsewhere,
            bodies.SaidElsewhere: self._said_elsewhere,
            bodies.TypedOnPhone: self._typed,
            bodies.Archive: self._archive,
            bodies.PlugPhoneSim: self._plug_sim,
            bodies.UnplugSim: self._unplug_sim,
            bodies.SmsSim: self._sms_sim,
            bodies.SetBattery: self._battery,
            bodies.SetStorage: self._storage,
            bodies.AndroidSmsLimit: self._sms_limit,
            bodies.ChangePhone: self._change_phone,
            bodies.Radio: self._radio,
            bodies.Introduce: self._introduce,
            bodies.ChangeOwnProfile: self._own_profile,
            bodies.ChangeGroup: self._change_group,
            bodies.Spinner: self._spinner,
            bodies.ShowRecording: self._recording,
        }

    def inject(self, body: bodies.Injection) -> Answer:
        return self._doers[type(body)](body)

    def _message(self, body: bodies.MessageToPhone) -> Answer:
        channel = Bearer(body.channel)
        if channel is not Bearer.SMS and e164(body.sender) is None:
            raise ControlRefusal(f"from: {body.sender} is no phone number")
        if body.group and channel is not Bearer.WHATSAPP:
            raise ControlRefusal("group: only WhatsApp has groups")
        in_chat = channel is Bearer.WHATSAPP and not body.group
        handset = self._phone(body.phone).handset
        if body.name and body.saved:
            handset.contacts[body.sender] = body.name
        letter = Letter(
            id=self._network.new_id(),
            channel=channel,
            sender=body.sender,
            to=handset.number,
            text=body.text,
            at_ms=self._network.timers.now_ms() if body.at_ms is None else body.at_ms,
            name=body.name,
            group=body.group,
            group_jid=_group_jid(body),
            jid=body.jid or (self._world.person(body.sender).lid if in_chat else ""),
            medium=Medium(**body.medium.model_dump()) if body.medium else None,
            waiting=body.waiting,
            quotes=body.quotes,
        )
        if body.subscription is not None and channel is not Bearer.WHATSAPP:
            handset.arrive_on(letter, body.subscription)
        else:
            self._network.deliver(letter)
        return {"id": letter.id, "at_ms": letter.at_ms}

    def _change(self, body: bodies.ChangeMessage) -> Answer:
        whatsapp = self._phone(body.phone).handset.whatsapp
        if not whatsapp.change(body.id, body.to, body.text):
            raise ControlRefusal(f"There is no message {body.id} on the phone.", status=404)
        return {"changed": body.id}

    def _react(self, body: bodies.React) -> Answer:
        whatsapp = self._phone(body.phone).handset.whatsapp
        jid = group_jid(body.group) if body.group else jid_of(body.sender)
        whatsapp.reacted(body.sender, body.emoji, body.text, jid=jid)
        return {"reacted": body.emoji}

    def _notice(self, body: bodies.WhatsAppNotice) -> Answer:
        handset = self._phone(body.phone).handset
        posted = notices.notice(
            body.what,
            language=handset.language,
            now_ms=self._network.timers.now_ms(),
            shortcut=jid_of(body.sender) if body.sender else None,
        )
        handset.shade.post(posted)
        return {"posted": posted.key}

    def _whatsapp_call(self, body: bodies.WhatsAppCall) -> Answer:
        handset = self._phone(body.phone).handset
        caller = self._world.person(body.sender).lid or body.sender
        if body.name and caller == body.sender:
            handset.contacts[body.sender] = body.name
        draw = notices.ringing_call if body.ringing else notices.missed_call
        jid = caller if "@" in caller else jid_of(caller)
        posted = draw(
            handset.whatsapp.account.name(caller),
            jid=jid if body.shortcut else None,
            language=handset.language,
            now_ms=self._network.timers.now_ms(),
        )
        handset.shade.post(posted)
        return {"posted": posted.key}

    def _switch(self, body: bodies.PhoneSwitch) -> Answer:
        phone = self._phone(body.phone)
        handset = phone.handset
        doers: dict[str, Callable[[], object]] = {
            "unlock": handset.unlock,
            "authorise": phone.authorise,
            "wake": handset.wake,
            "sleep": handset.sleep,
            "home": lambda: handset.press_key("home"),
        }
        doers[body.kind]()
        return {"done": body.kind}

    def _dismiss(self, body: bodies.Dismiss) -> Answer:
        handset = self._phone(body.phone).handset
        if body.sender is None:
            count = len(handset.shade.posted)
            for key in list(handset.shade.posted):
                handset.shade.cancel(key)
            return {"dismissed": count}
        handset.whatsapp.posting.dismissed(jid_of(body.sender))
        handset.sms.dismissed(body.sender)
        return {"dismissed": body.sender}

    def _read(self, body: bodies.ReadOnPhone) -> Answer:
        sender = self._phone(body.phone).handset.number if body.phone else None
        return {"read": self._network.read_by(body.sender, sender=sender)}

    def _seen_elsewhere(self, body: bodies.SeenElsewhere) -> Answer:
        handset = self._phone(body.phone).handset
        chat = handset.whatsapp.account.chats.get(jid_of(body.sender))
        if chat is None:
            raise ControlRefusal(f"There is no chat with {body.sender}.", status=404)
        handset.whatsapp.seen_elsewhere(chat)
        return {"seen": chat.jid}

    def _said_elsewhere(self, body: bodies.SaidElsewhere) -> Answer:
        handset = self._phone(body.phone).handset
        letter_id = self._network.new_id()
        handset.whatsapp.said_elsewhere(body.to, body.text, letter_id=letter_id)
        return {"id": letter_id}

    def _typed(self, body: bodies.TypedOnPhone) -> Answer:
        handset = self._phone(body.phone).handset
        if body.channel == "sms":
            handset.sms.typed(body.to, body.text)
        else:
            jid = body.to if "@" in body.to else jid_of(body.to)
            handset.whatsapp.typed(jid, body.text, in_shade=body.in_shade)
        return {"typed": body.text}

    def _archive(self, body: bodies.Archive) -> Answer:
        chat = self._phone(body.phone).handset.whatsapp.account.chat(body.jid)
        chat.archived = body.on
        return {"archived": chat.archived}

    def _plug_sim(self, body: bodies.PlugPhoneSim) -> Answer:
        sim = PhoneSim(number=body.number, iccid=body.iccid, operator=body.operator)
        handset = self._phone(body.phone).handset
        if body.slot:
            return {"iccid": body.iccid, "subscription": handset.plug_second_sim(sim)}
        handset.plug_sim(sim)
        return {"iccid": body.iccid, "subscription": handset.sms.subscription}

    def _unplug_sim(self, body: bodies.UnplugSim) -> Answer:
        handset = self._phone(body.phone).handset
        if body.slot:
            handset.plug_second_sim(None)
        else:
            handset.plug_sim(None)
        return {"iccid": None}

    def _sms_sim(self, body: bodies.SmsSim) -> Answer:
        self._phone(body.phone).handset.sms.sends_by = body.subscription
        return {"subscription": body.subscription}

    def _battery(self, body: bodies.SetBattery) -> Answer:
        battery = self._phone(body.phone).handset.battery
        for name in ("level", "temperature", "health", "usb", "cycles", "capacity"):
            value = getattr(body, name)
            if value is not None:
                setattr(battery, name, value)
        return {"level": battery.level, "temperature": battery.temperature, "usb": battery.usb}

    def _storage(self, body: bodies.SetStorage) -> Answer:
        self._phone(body.phone).handset.free_mb = body.free_mb
        return {"free_mb": body.free_mb}

    def _sms_limit(self, body: bodies.AndroidSmsLimit) -> Answer:
        handset = self._phone(body.phone).handset
        for key, value in ((MAX_COUNT, body.max_count), (INTERVAL_MS, body.interval_ms)):
            handset.settings.pop(key, None)
            if value is not None:
                handset.settings[key] = str(value)
        handset.sms_usage.start()
        return {"parts": handset.sms_usage.parts, "window_ms": handset.sms_usage.window_ms}

    def _change_phone(self, body: bodies.ChangePhone) -> Answer:
        handset = self._phone(body.phone).handset
        if body.locale is not None:
            handset.set_properties["persist.sys.locale"] = body.locale
        if body.whatsapp is not None:
            install_whatsapp(handset, installed=body.whatsapp)
        handset.whatsapp.registering = body.registers or handset.whatsapp.registering
        return {"locale": body.locale, "whatsapp": handset.whatsapp.package in handset.apps}

    def _radio(self, body: bodies.Radio) -> Answer:
        self._phone(body.phone).handset.set_radio(on=body.on)
        return {"on": body.on}

    def _introduce(self, body: bodies.Introduce) -> Answer:
        traits = body.model_dump(exclude={"kind", "phone", "number"}, exclude_none=True)
        if "whatsapp" in traits:
            traits["on_whatsapp"] = traits.pop("whatsapp")
        person = self._world.introduce(body.number, **traits)
        return {"number": person.number, "whatsapp": person.on_whatsapp, "reads": person.reads}

    def _own_profile(self, body: bodies.ChangeOwnProfile) -> Answer:
        own = self._phone(body.phone).handset.whatsapp.own
        own.name = own.name if body.name is None else body.name
        own.picture = own.picture if body.picture is None else body.picture
        own.number = own.number if body.number is None else body.number
        return {"name": own.name, "picture": own.picture, "number": own.number}

    def _change_group(self, body: bodies.ChangeGroup) -> Answer:
        whatsapp = self._phone(body.phone).handset.whatsapp
        found = [c for c in whatsapp.account.chats.values() if body.group in {c.subject, c.jid}]
        if not found:
            raise ControlRefusal(f"group: no group is called {body.group!r}", status=404)
        change = body.model_dump(exclude={"kind", "phone", "group"})
        return whatsapp.change_group(found[0], **change)

    def _spinner(self, body: bodies.Spinner) -> Answer:
        self._phone(body.phone).handset.whatsapp.lookup_ms = body.ms
        return {"ms": body.ms}

    def _recording(self, body: bodies.ShowRecording) -> Answer:
        handset = self._phone(body.phone).handset
        try:
            handset.recorded = read_recording(Path(body.file)) if body.file else None
        except NoRecording as exc:
            raise ControlRefusal(str(exc)) from exc
        return {"shows": body.file or "its own"}


def _group_jid(body: bodies.MessageToPhone) -> str:
    """Two groups may have one subject; then the body says which it is."""
    if not body.group:
        return ""
    return body.jid if is_group(body.jid) else group_jid(body.group)
