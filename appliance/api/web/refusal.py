"""Errors of the desk in the reader's language: what happened, and what would change it."""

from dataclasses import dataclass

from appliance.api.web.words import phrases
from appliance.api.web.words.i18n import Words
from appliance.characters import is_blank
from appliance.desk.access.throttle import TooManyTries
from appliance.desk.webhooks.looking_after import ENDED
from appliance.desk.webhooks.looking_up import NamesBusy
from appliance.errors import InvalidInput, Refused
from appliance.messages import MAX_TEXT
from appliance.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """`code` is the name of the rule or the field, for styles and tests."""

    code: str
    sentence: str
    remedy: str = ""

    @property
    def may_go_anyway(self) -> bool:
        """What is refused is only asked about."""
        return self.code == Reason.ANSWERED_MEANWHILE


_RULE_TEXT = (
    "A text has something in it and at most 10 SMS. In braces stands what Balie fills in:"
    " {voornaam}, {naam}, {vestiging}, {opent}, {collega}, {terug} or {dienst}."
)
FIELDS = {
    "to": "That is not a telephone number that can be written to. Write it like +31 6 12345678.",
    "number": "That is not a telephone number that exists. Write it like +31 6 12345678.",
    "password": "A password has at least 10 characters. A sentence is easy to keep.",
    "again": "The two passwords differ. Type the same one twice.",
    "name": "Write a name that nobody has yet, at most 80 characters.",
    "branch": "Write the branch's name; every branch has a name of its own.",
    "credit_warn_cents": "Write the amount in euros, such as 2,50.",
    "call_answer": "What callers are sent is too long for SMS. Make it shorter.",
    "after_done": "The question is too long for SMS. Make it shorter.",
    "without_files": "What stands in place of files is too long: more than one SMS.",
    "fallback_after_min": "Write a number of minutes, at most a week.",
    "first_words": "The first words have at most 160 characters: a finer square is hard to read.",
    "refresh_from": "Give the whole address of the figures, with https:// before it, or none.",
    "device": "Choose the phone or modem that has the SIM card.",
    "fallback_modem": "This number sends over that modem already; choose another, or none.",
    "file": "This file cannot be sent. WhatsApp carries photos, films and sound up to 16 MB, and"
    " PDF, Office, text and ZIP files up to 100 MB.",
    "media": "Send the text as a message of its own: SMS carries no files, WhatsApp shows no words"
    " beside sound, and a file answers no message.",
    "picture": "Choose a JPEG or a PNG with at least 192 pixels on each side.",
    "chosen_line": "Choose the number of the SIM card.",
    "strike_off": "Type the word as it stands there: what is struck off has to be joined anew.",
    "office_address": "No box would find the office, or could trust it. Start it at an address that"
    " boxes reach, with a certificate that they can check.",
    "remove_line": "Type the word as it stands there: a number that is out of use does not come"
    " back.",
    "per_minute": "A program may ask from 1 to 1000000 times a minute.",
    "rollout": "An update is under way already, or no box has joined yet.",
    "rollout_version": "Write a version such as 1.4.0, or none.",
    "believe": "Choose which of the numberings is the box's own.",
    "phrase": "Write some words as they stand on the screen, in one piece.",
    "press": "A rule may not press this button: a person has to decide.",
    "note": "A note has 1 to 4096 characters.",
    "note_file": "Balie cannot keep this file. It keeps photos, films and sound up to 16 MB, and"
    " PDF, Office, text and ZIP files up to 100 MB.",
    "note_again": "The note was kept before. Look above; then write what is new.",
    "channel": "This channel does not reach this person any more. Choose another one.",
    "quotes": "The message that you quote is not in this conversation any more. Take the quote"
    " off.",
    "handover": "A handover note has 1 to 2000 characters.",
    "chosen": "Choose at most 100 conversations at once.",
    "snoozed_until": "Choose a day and a time from now on, at most a year away.",
    "shortcut": "A shortcut is one word that no other text has, at most 40 characters, such as"
    " loon.",
    "title": "Write a title, so that others know what the text is for.",
    "variants": "Write at least one text. Braces hold one word to fill in, such as {voornaam} or"
    " {datum}.",
    "rule": "Choose what the people of the list have in common; days are a number from 1 to 3650.",
    "list": "Nobody is in this list now. Put somebody in it first.",
    "resends": "Everybody who is still in the list has got it, or waits for it.",
    "people": "Search for somebody by name or number, and choose at least one person.",
    "members": "Nobody whom you may see is known under this number.",
    "not_before": "Choose a day and a time.",
    "deliver_until": "Choose a time after it begins, and at most a year from now.",
    "begins": "Write the times as 08:00.",
    "ends": "Write the times as 08:00.",
    "contact": "Write an address of e-mail, such as ict@example.com.",
    "waits": "Choose how often from the list.",
    "incidents": "Choose how often from the list.",
    "test": "Wait a moment before the next test.",
    "endpoint": "This browser's push service is none that Balie knows.",
    "language": "Write the language in two letters, such as nl, en or pl.",
    "numbers": "Leave this person at least one number, and name only numbers that they have.",
    "blocked": "Whoever is blocked keeps their numbers. End the block before you take one away.",
    "fields": "A field has a name of at most 40 and a text of at most 500 characters; numbers of"
    " citizens (BSN) may not be kept.",
    "opens": "Write when the branch opens, such as 08:30, and let it close later.",
    "closes": "Write when the branch closes, such as 17:30, and let it open earlier.",
    "lunch": "Write from when until when lunch is, or leave both empty.",
    "weekdays": "Choose at least one day on which the branch is open.",
    "zone": "Write a time zone such as Europe/Amsterdam.",
    "holidays": "Choose a country from the list.",
    "answer_within_min": "Write a number of minutes, from 1 to 10080 (a week).",
    "welcome_text": "The welcome is too long, or holds a character that no phone can send.",
    **dict.fromkeys(("welcome", "outside_hours", "nobody_logged_in", "absence_text"), _RULE_TEXT),
    "all_busy": f"{_RULE_TEXT} The minutes are a number from 1 to 720.",
    "every_hours": "Write how many hours lie between two automatic messages, 0 to 168.",
    "back": "Choose the day on which you are back, from tomorrow on and at most a year away.",
    "privacy_text": "Write one sentence with a link to read more, such as"
    " https://example.com/privacy.",
    "week": "Write the hours of a day as 08:30-12:30 13:00-17:30, in order and without overlap.",
    "exceptions": "Write each day once, as 2026-12-24 and then its hours, or nothing where the"
    " branch is closed.",
    "typed": "Type ERASE, in capitals: it cannot be undone.",
    "reason": "Say in at most 500 characters why, such as that they asked for it.",
    "was": "The page was too old. Load it again and repeat what you did.",
    "colour": "Choose a colour from the list.",
    "into": "Choose another label, of the same branch or of all.",
    "shared": "This view is of all branches: only who sees all of them shares it.",
    "scopes": "Choose at least one thing that the program may do.",
    "why": "Say why, in 10 to 300 characters: the privacy officer and the colleagues of the branch"
    " read it.",
    "minutes": "It takes from 15 minutes to 8 hours.",
    "where": "You can read and answer there already.",
    "expires": "It lasts a number of days, from 1 to 3650, or never ends.",
    "home_address": "Write the name or the address under which this office is found from outside.",
    "home_port": "A port is a number from 1 to 65535.",
    "home_device": "Write which device it is, in at most 40 characters. One person has 5 at most.",
    "role": "Choose at least one role. Whoever has left may no longer log in instead.",
    "passkey": "The passkey was not kept: it took too long, or is here already. Try again.",
    "passkey_name": "Write a name for the passkey, at most 60 characters.",
    "email": "Write an address of e-mail that no colleague has, such as noor@example.com.",
    "asked_by": "Write who asked: the person's name, or who asks for them.",
    "asked_on": "Choose the day on which they asked, today or before.",
    "wish": "What they want besides has at most 2000 characters.",
    "told_why": "Write the reason as it was told to the person, in at most 2000 characters.",
    "state_since": "Choose the day since when they stand so; it lies behind us.",
    "url": "Balie posts by https, or by http inside the company's own network; never to its own"
    " machine, and never with a name or a password in the address.",
    "events": "Choose at least one thing that is posted.",
    "enabled": "This webhook is off. Switch it on first.",
    "since": "Choose a day and a time that has been.",
    "token": ENDED,
    "delivery": "Nothing was made of this event, so nothing can be sent.",
    "invitation": "That is no invitation of a head office. Paste all of it, as it was sent.",
    "office_privacy": "Choose one of the three.",
    "leave_office": "Tick that this box goes on alone.",
    "personnel_number": "A personnel number has at most 40 characters.",
}


def note_of(words: Words, exc: InvalidInput | Refused, *, line: str = "", text: str = "") -> Note:
    """`line` is the number that was written from, `text` what was to be sent."""
    if isinstance(exc, TooManyTries):
        return _too_many(words, exc)
    if isinstance(exc, Refused):
        sentence, remedy = phrases.REFUSALS.get(exc.code, (exc.sentence, exc.remedy))
        return Note(
            code=exc.code,
            sentence=words.text(sentence),
            remedy=words.text(remedy).format(line=line or words.text("this number")),
        )
    if isinstance(exc, NamesBusy):
        sentence = words.text(
            "Balie is still looking up other names of hosts. Try again in a minute."
        )
        return Note(code=exc.field, sentence=sentence)
    if exc.field == "text":
        return Note(code="text", sentence=_about_text(words, text))
    return Note(code=exc.field, sentence=words.text(FIELDS.get(exc.field, exc.sentence)))


def _about_text(words: Words, text: str) -> str:
    if is_blank(text):
        return words.text("There is nothing to send yet. Write something first.")
    if len(text) > MAX_TEXT:
        sentence = words.text("This text has {n} characters; at most {most} can be sent at once.")
        return sentence.format(n=len(text), most=MAX_TEXT)
    return words.text("The text holds a character that no phone can send.")


def _too_many(words: Words, exc: TooManyTries) -> Note:
    seconds = -(-exc.wait_ms // 1000)
    sentence = words.plural(
        "Too many wrong tries. Try again in {n} second.",
        "Too many wrong tries. Try again in {n} seconds.",
        seconds,
    )
    remedy = words.text("Or ask an administrator for a log-in link.")
    return Note(code=exc.code, sentence=sentence.format(n=seconds), remedy=remedy)
