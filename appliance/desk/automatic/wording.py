"""What a rule says to one person: the line's own words in turn, else the usual ones."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from appliance.desk.automatic import presence, texts
from appliance.desk.automatic.absence import Absence
from appliance.desk.automatic.deciding import RuleDecision, RuleName
from appliance.desk.automatic.standing import Place
from appliance.desk.automatic.usual_words import usual
from appliance.desk.consent import rule_words
from appliance.store.line_rules import LineRules
from appliance.store.lines import Line
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True)
class SpokenWords:
    """A text, and the rule that it is said by; `welcomes`: the welcome is in it."""

    text: str
    rule: RuleName
    welcomes: bool


class RuleWords:
    """For somebody of this name who writes at `at_ms`; `away` is the colleague who has the
    conversation, where they are.
    """

    def __init__(
        self,
        conn: sqlite3.Connection,
        place: Place,
        *,
        name: str | None,
        away: Absence | None,
        at_ms: int,
    ) -> None:
        self._conn = conn
        self._place = place
        self._name = name
        self._away = away
        self._values = _values(conn, place, away, at_ms)

    def of(self, decision: RuleDecision) -> Iterator[SpokenWords]:
        """What is said, and what is said instead where that is too long to be sent at once: the
        welcome first, since it tells of privacy and comes once.
        """
        if decision.rule is None:
            return
        welcome = self._welcome() if decision.welcomes else None
        owns = [] if decision.rule is RuleName.WELCOME else self._owns(decision.rule)
        if welcome and owns:
            joined = "\n\n".join((welcome, owns[0]))
            yield SpokenWords(joined, decision.rule, welcomes=True)
        if welcome:
            yield SpokenWords(welcome, RuleName.WELCOME, welcomes=True)
        for own in owns:
            yield SpokenWords(own, decision.rule, welcomes=False)

    def _owns(self, rule: RuleName) -> Sequence[str]:
        """The line's or the colleague's own words, and the usual ones."""
        away = [self._away.text] if rule is RuleName.ABSENCE and self._away else []
        own = self._first(away) if away else self._in_turn(rule)
        found = (own, self._first(usual(rule, self._place.language)))
        return [each for each in dict.fromkeys(found) if each]

    def _welcome(self) -> str:
        """With the branch's sentence about privacy below it."""
        settings = self._place.branch.settings
        words = rule_words.WELCOME[self._place.language]
        branch_s = self._first([settings.welcome_text or words, words])
        said = self._in_turn(RuleName.WELCOME) or branch_s
        return "\n\n".join(each for each in (said, settings.privacy_text) if each)

    def _in_turn(self, rule: RuleName) -> str | None:
        line = self._place.line
        variants = variants_of(line.rules, rule)
        turn = _turn(self._conn, line.id, rule) if variants else 0
        return texts.in_turn(variants, turn, self._name, self._values)

    def _first(self, variants: Sequence[str]) -> str | None:
        return texts.in_turn(variants, 0, self._name, self._values)


def variants_of(rules: LineRules, rule: RuleName) -> Sequence[str]:
    return {
        RuleName.WELCOME: rules.welcome.variants,
        RuleName.OUTSIDE_HOURS: rules.outside_hours.variants,
        RuleName.NOBODY_LOGGED_IN: rules.nobody_logged_in.variants,
        RuleName.ALL_BUSY: rules.all_busy.variants,
    }.get(rule, ())


def take_turns(tx: Tx, line: Line, words: SpokenWords) -> None:
    """Of rules with variants of the line's own."""
    spoke = {words.rule} | ({RuleName.WELCOME} if words.welcomes else set())
    for rule in RuleName:
        if rule in spoke and variants_of(line.rules, rule):
            tx.conn.execute(
                "INSERT INTO rule_turn (line_id, rule, turn) VALUES (?, ?, 1)"
                " ON CONFLICT (line_id, rule) DO UPDATE SET turn = turn + 1",
                (line.id, rule),
            )


def _turn(conn: sqlite3.Connection, line_id: str, rule: RuleName) -> int:
    row = conn.execute(
        "SELECT turn FROM rule_turn WHERE line_id = ? AND rule = ?", (line_id, rule)
    ).fetchone()
    return int(row["turn"]) if row else 0


def _values(
    conn: sqlite3.Connection, place: Place, away: Absence | None, at_ms: int
) -> Mapping[str, str]:
    """What placeholders stand for, those that are known."""
    zone, language = place.zone, place.language
    values = {"branch": place.branch.name}
    opens_ms = place.hours.open_from(at_ms)
    if opens_ms is not None:
        values["opens"] = texts.moment(opens_ms, at_ms, zone, language)
    duty = presence.on_duty(conn, place.line.id, at_ms)
    if duty:
        values["on_duty"] = duty[0].shown
    if away is not None:
        values["colleague"] = away.name
        values["back"] = texts.day(away.until_ms, zone, language)
    return values
