"""Screens that a phone shows and Balie does not know, and what a person said to do about them.

A rule presses one button of one dialog, or stops the line. Whatever it says, it presses nothing
that sends, calls, deletes, invites, allows, or gives anything away.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST_AN_HOUR = 6
"""A dialog that comes back more often is no nag: a person has to look."""

# Other programs ask what only a person may answer: the phone process whether SMS may leave, the
# permission controller what an app may do, the system whether a computer may control the phone.
_MAY_ACT_IN = frozenset({"com.whatsapp", "com.whatsapp.w4b", "android"})

# By ids, and by beginnings of words in the languages that phones here speak: what reaches people …
_REACHING_IDS = re.compile(r"send|call|voice_note|voip|invite|share|forward")
_REACHING = re.compile(
    r"\b(?:send|resend|forward|share|post\b|call|dial|voice call|video call|invite"
    r"|verzend|verstu|zend|stu[ur]|doorstur|deel|delen|bel\b|bellen|oproep|video-?oproep"
    r"|spraakoproep|uitnodig|nodig uit"
    r"|senden|teilen|anruf|einladen|envoyer|partager|appel|inviter"
    r"|enviar|compartir|compartilhar|llamar|ligar|invitar|convidar"
    r"|wyślij|udostępnij|zadzwoń|zaproś|trimite|distribuie|apel|invit"
    r"|изпращане|gönder|надіслати|إرسال|küldés"
    # What did not leave before.
    r"|retry|try again|opnieuw (?:te )?proberen|probeer\b.*\bopnieuw|erneut|nochmal|réessayer"
    r"|reintentar|tentar novamente|ponów|sprób\w+ ponownie|încearcă)",
    re.IGNORECASE,
)
# … and what cannot be taken back, or gives something away.
_FINAL_IDS = re.compile(
    r"delete|allow|permission|block|report|exit|leave|clear|remove|logout|uninstall|unlink|reset"
    r"|erase|wipe|pay|buy"
)
_FINAL = re.compile(
    r"\b(?:delete|remove|erase|clear|wipe|allow|block|report|exit|leave|log ?out|sign ?out"
    r"|uninstall|unlink|reset|pay\b|buy"
    r"|verwijder|wis|toestaan|sta toe|blok|rapport|meld|verlaat|verlaten|uitloggen"
    r"|afmelden|ontkoppel|betaal|koop"
    r"|löschen|zulassen|erlauben|blockieren|melden|verlassen|abmelden"
    r"|supprimer|autoriser|bloquer|signaler|quitter"
    r"|eliminar|apagar|excluir|permitir|bloquear|denunciar|salir|sair"
    r"|usuń|zezwól|pozwól|zablokuj|șterge|permite|blochează"
    r"|разрешаване|[iİ]zin ver|дозволити|السماح|سماح|engedély)",
    re.IGNORECASE,
)
# Words that leave everything as it is, in the same languages; of others nobody can tell.
_DECLINING = re.compile(
    r"cancel|later|not now|no|no,? thanks|maybe later|close|back|skip|dismiss"
    r"|annuleren|niet nu|nee|nee,? bedankt|misschien later|sluiten|terug|vorige|overslaan"
    r"|abbrechen|später|nicht jetzt|nein|schließen|zurück|annuler|plus tard|pas maintenant|non"
    r"|fermer|cancelar|ahora no|más tarde|cerrar|agora não|não|fechar"
    r"|anuluj|później|nie teraz|nie|zamknij|anulează|mai târziu|nu acum|nu|închide",
    re.IGNORECASE,
)
# A question whether to undo something turns the meaning of yes and no round.
_UNDOING = re.compile(
    r"\b(?:cancel|stop|abort|discard|annule|afbreken|breek|negeer|abbrech|verwerf|annuler"
    r"|cancelar|descartar|anuluj|odrzu|anul|renun)",
    re.IGNORECASE,
)
_MARKS = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF])
# Numbers in a text say whom it is about, not what it says.
_NUMBER = re.compile(r"\+?\d(?:[\s().\-/\u00a0\u202f]{0,2}\d){4,}")
_LONGEST_TEXT = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenButton:
    """`id` is the whole resource id, empty where the view has none; `text` is what stands on it."""

    id: str
    text: str

    @property
    def reaches_people(self) -> bool:
        """Whether it sends, calls or invites: nothing does that but what the queue lets leave."""
        return bool(_REACHING_IDS.search(self._name) or _REACHING.search(plain(self.text)))

    @property
    def is_safe(self) -> bool:
        """Whether a rule may ever press it. A button without any word is never pressed."""
        words = plain(self.text)
        if not words or self.reaches_people:
            return False
        return not (_FINAL_IDS.search(self._name) or _FINAL.search(words))

    @property
    def declines(self) -> bool:
        return _DECLINING.fullmatch(plain(self.text)) is not None

    @property
    def _name(self) -> str:
        return self.id.rpartition("/")[2].casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownScreen:
    """`ids` are those of its views, and the classes of views without one. `text` is what it says
    without numbers. `files` are in the folder of the attempt's evidence.
    """

    package: str
    ids: frozenset[str]
    text: str
    buttons: Sequence[ScreenButton] = ()
    attempt_id: str | None = None
    files: Sequence[str] = ()

    @property
    def signature(self) -> str:
        """The same for the same screen with another number in it."""
        told = "\n".join([self.package, *sorted(self.ids), self.text])
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    def lets(self, button: ScreenButton) -> bool:
        """Whether a rule may press it here: what OK means, the question above it says."""
        if not button.is_safe:
            return False
        asked = plain(self._question)
        harmless = not (_REACHING.search(asked) or _FINAL.search(asked))
        if harmless and len(self.text) < _LONGEST_TEXT:
            return True
        return button.declines and _UNDOING.search(asked) is None

    @property
    def _question(self) -> str:
        """What it says beside its buttons."""
        on_buttons = {plain(each.text) for each in self.buttons}
        return "\n".join(line for line in self.text.splitlines() if plain(line) not in on_buttons)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenRule:
    """Where a dialog of `package` has all `ids` and says `phrase`: press `press`, or stop the line
    where there is nothing to press.
    """

    id: str
    package: str
    ids: frozenset[str]
    phrase: str
    press: ScreenButton | None
    most_an_hour: int = MOST_AN_HOUR

    @property
    def is_safe(self) -> bool:
        """It names a structure and a phrase; what it presses can do no harm by itself."""
        if not self.ids or not plain(self.phrase):
            return False
        return self.press is None or (self.package in _MAY_ACT_IN and self.press.is_safe)

    def fits(self, screen: UnknownScreen) -> bool:
        same = self.package == screen.package and self.ids <= screen.ids
        return same and plain(self.phrase).casefold() in plain(screen.text).casefold()

    def may_act_on(self, screen: UnknownScreen) -> bool:
        pressed = self.press is None or screen.lets(self.press)
        return self.is_safe and self.fits(screen) and pressed


def plain(text: str) -> str:
    """One line, without marks that nobody sees."""
    return " ".join(text.translate(_MARKS).split())


def without_numbers(text: str) -> str:
    return _NUMBER.sub("…", text)[:_LONGEST_TEXT]
