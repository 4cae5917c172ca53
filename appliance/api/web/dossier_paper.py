"""`dossier.pdf`: the file of a person as they read it themselves."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from appliance.api.json.times import ms_of
from appliance.api.web.words import dossier_sentences as sentences
from appliance.api.web.words import phrases
from appliance.api.web.words.i18n import LANGUAGES, Words
from appliance.channels import Channel
from appliance.desk.privacy.dossier.making import FINISH, Paper
from appliance.desk.privacy.dossier.package import Made, NamedFiles, Package
from appliance.messages import MessageState
from appliance.paper.document import PaperDocument, PaperMessage
from appliance.store.branch_settings import BranchSettings

Item = Mapping[str, Any]
_SHARES = (1.0, 2.6)


def paper_in(language: str, *, is_chosen: bool = False) -> Paper:
    """In the person's own language, and in `language` where nothing is known of that, or where
    somebody chose it.
    """

    def begin(package: Package, _: NamedFiles, made: Made) -> "DossierPaper":
        return DossierPaper(package, made, language, is_chosen=is_chosen)

    return begin


class DossierPaper:
    """Is told the items of a file one by one, the card of the person first."""

    def __init__(self, package: Package, made: Made, language: str, *, is_chosen: bool) -> None:
        self._package, self._made, self._is_chosen = package, made, is_chosen
        self._words = Words(language)
        self._zone = BranchSettings().zone
        self._paper: PaperDocument | None = None
        self._open_section = ""
        self._talks: dict[str, str] = {}
        self._talk = self._day = ""

    def __call__(self, section: str, item: Item) -> None:
        if section == FINISH:
            self._finish()
            return
        if self._paper is None:
            self._begin(item)
        if section != self._open_section:
            self._open_section = section
            self._document.heading(sentences.section(self._words, section), 1)
        if section == "messages":
            self._say(item)
        else:
            self._tell(section, item)

    @property
    def _document(self) -> PaperDocument:
        if self._paper is None:
            raise LookupError("the card of the person comes first")
        return self._paper

    def _begin(self, person: Item) -> None:
        if not self._is_chosen:
            self._words = Words(sentences.language_of(person, self._words.language))
        words = self._words
        name = person.get("office_name") or person.get("chosen_name") or ""
        title = (
            words.text("What is kept of {name}").format(name=name)
            if name
            else words.text("What is kept of you")
        )
        self._paper = PaperDocument(title=title, language=words.language, made_ms=self._made.at_ms)
        self._paper.heading(title, 1)
        for each in self._introduction(words):
            self._paper.paragraph(each)

    def _introduction(self, words: Words) -> list[str]:
        when = f"{words.date(self._made.at_ms, self._zone)}"
        branches = self._made.branches
        whose = (
            words.text("It holds what all branches keep.")
            if branches is None
            else words.text(
                "It holds what these branches keep: {branches}. Other branches answer for"
                " themselves."
            ).format(branches=", ".join(branches))
        )
        return [
            words.text("Made on {date} by {name}.").format(date=when, name=self._made.by),
            whose,
            words.text("What has a * behind it is of other people."),
            words.text(
                "Is something wrong, or should it be erased? Tell the office; it answers within a"
                " month. The same data for machines is in dossier.json, the files are in media."
            ),
        ]

    def _tell(self, section: str, item: Item) -> None:
        if section == "conversations":
            line = sentences.shown(self._words, self._zone, "line", item["line"])
            self._talks[item["id"]] = f"{item['branch']} · {line}"
        rows = list(sentences.facts(self._words, self._zone, item))
        self._document.table(["", ""], rows, _SHARES)

    def _say(self, item: Item) -> None:
        words = self._words
        talk = self._talks.get(item["conversation"]) or item.get("group") or ""
        if talk != self._talk:
            self._talk, self._day = talk, ""
            self._document.heading(talk, 2)
        at_ms = ms_of(datetime.fromisoformat(item["at"]))
        day = words.iso_day(at_ms, self._zone)
        if day != self._day:
            self._day = day
            self._document.divider(words.date(at_ms, self._zone))
        mine = item["direction"] == "out"
        # One line of who, when and how it went: a file of years has many thousand of them.
        who = (self._who(item, mine=mine), words.time(at_ms, self._zone), *self._proof(item))
        self._document.said(
            PaperMessage(
                who=" · ".join(who),
                when="",
                text=item["text"],
                mine=mine,
                below=list(self._below(item)),
            )
        )

    def _who(self, item: Item, *, mine: bool) -> str:
        if not mine:
            return item.get("name") or sentences.shown(
                self._words, self._zone, "number", item["number"]
            )
        if "by" in item:
            return sentences.shown(self._words, self._zone, "by", item["by"])
        return self._words.text("Balie, automatically")

    def _proof(self, item: Item) -> Iterator[str]:
        if "channel" in item:
            yield Channel.named(item["channel"]).label
        if item["direction"] == "out":
            yield self._words.text(phrases.STATES[MessageState(item["state"])])

    def _below(self, item: Item) -> list[str]:
        words, zone = self._words, self._zone
        return [
            *(f"{words.text('File')}: {self._file(each)}" for each in item.get("files", ())),
            *(f"{words.text('Before')}: {each['text']}" for each in item.get("earlier", ())),
            *(f"{words.text('Quoted text')}: {each['text']}" for each in item.get("below", ())),
            *(each["emoji"] for each in item.get("reactions", ())),
            *(
                f"{label}: {sentences.moment(words, zone, item[name])}"
                for name, label in (
                    ("edited_at", words.text("changed")),
                    ("deleted_at", words.text("deleted")),
                )
                if name in item
            ),
        ]

    def _file(self, file: Item) -> str:
        name = sentences.file_name(self._words, self._zone, file)
        return f"{name} ({file['file']})" if "file" in file else name

    def _finish(self) -> None:
        words, paper = self._words, self._document
        paper.heading(words.text("What is not in it"), 1)
        for what, why in sentences.kept_out(words):
            paper.paragraph(f"{what}. {why}".strip())
        if words.language not in LANGUAGES:
            paper.paragraph(
                words.text(
                    "Why each is not in it stands in dossier.json, in English; the office explains"
                    " it."
                )
            )
        out = self._package.file("dossier.pdf")
        # The file has no name; this one leads to it as long as it is open.
        paper.keep(Path(f"/proc/self/fd/{out.fileno()}"), self._footer)

    def _footer(self, page: int, pages: int) -> str:
        told = self._words.text("Page {page} of {pages}")
        return told.format(page=page, pages=pages)
