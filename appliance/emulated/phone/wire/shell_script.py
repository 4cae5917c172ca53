"""What the phone's `sh -c` understands: lists of simple commands, quoting, redirection.

Pipes, substitutions, jobs and control structures are refused with a sentence, because a driver
that needs them on an emulated phone should hear about it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_BLANK = " \t"
_SEPARATORS = ("&&", "||", ";", "\n")
_VARIABLE = re.compile(r"\$(?:\{(\w+|[?$])\}|([A-Za-z_]\w*|\d|[?$]))")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_REDIRECTION = re.compile(r"(\d?)(>>|>|<)(&?)")
_RESERVED = {"if", "for", "while", "until", "case", "function", "{", "!"}
#: Characters before which a backslash inside double quotes is an escape.
_ESCAPABLE = '$`"\\\n'


class ShellSyntaxError(Exception):
    """The text is what `sh` prints after its name."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a word; `quoted` keeps an empty part, `expands` lets `$?` and `$NAME` in."""

    text: str
    quoted: bool
    expands: bool

    def value(self, variables: Mapping[str, str]) -> str:
        if not self.expands:
            return self.text
        return _VARIABLE.sub(lambda found: variables.get(found[1] or found[2], ""), self.text)


@dataclass(frozen=True, slots=True)
class Word:
    pieces: tuple[Piece, ...]

    @property
    def assigns(self) -> bool:
        first = self.pieces[0]
        return not first.quoted and _ASSIGNMENT.match(first.text) is not None

    def value(self, variables: Mapping[str, str]) -> str:
        return "".join(piece.value(variables) for piece in self.pieces)

    def fields(self, variables: Mapping[str, str]) -> list[str]:
        """One word, or none where it expands to nothing; unquoted values are not split."""
        value = self.value(variables)
        return [value] if value or any(piece.quoted for piece in self.pieces) else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirection:
    """`descriptor` goes to the file `target`, or to where the descriptor `copied` goes."""

    descriptor: int
    target: Word | None = None
    copied: int | None = None
    append: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleCommand:
    """`joined_by` is what stood before the command: `;`, `&&` or `||`."""

    joined_by: str
    assignments: tuple[Word, ...]
    words: tuple[Word, ...]
    redirections: tuple[Redirection, ...]


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def commands(self) -> list[SimpleCommand]:
        commands = []
        joined_by = ";"
        while True:
            command = self._command(joined_by)
            if command is not None:
                commands.append(command)
            separator = self._separator()
            if command is None and separator != "\n" and (separator or joined_by != ";"):
                raise ShellSyntaxError(f"syntax error: unexpected '{separator or 'newline'}'")
            if not separator:
                return commands
            if separator != "\n" or command is not None:
                joined_by = separator.replace("\n", ";")

    def _command(self, joined_by: str) -> SimpleCommand | None:
        words: list[Word] = []
        redirections: list[Redirection] = []
        while not self._at_end_of_command():
            redirection = self._redirection()
            if redirection is not None:
                redirections.append(redirection)
            else:
                words.append(self._word())
        if not words and not redirections:
            return None
        count = next((at for at, word in enumerate(words) if not word.assigns), len(words))
        _refuse_control_structures(words[count:])
        return SimpleCommand(
            joined_by=joined_by,
            assignments=tuple(words[:count]),
            words=tuple(words[count:]),
            redirections=tuple(redirections),
        )

    def _separator(self) -> str:
        for separator in _SEPARATORS:
            if self._text.startswith(separator, self._at):
                self._at += len(separator)
                return separator
        if self._at < len(self._text):
            self._refuse(self._text[self._at])
        return ""

    def _at_end_of_command(self) -> bool:
        while self._here(1) in tuple(_BLANK) or self._here(2) == "\\\n":
            self._at += 2 if self._here(1) == "\\" else 1
        if self._here(1) == "#":
            end = self._text.find("\n", self._at)
            self._at = end if end >= 0 else len(self._text)
        return self._here(1) in {"", ";", "\n", "&", "|", "(", ")"}

    def _redirection(self) -> Redirection | None:
        found = _REDIRECTION.match(self._text, self._at)
        if found is None:
            return None
        self._at = found.end()
        descriptor = int(found[1] or (0 if found[2] == "<" else 1))
        if self._at_end_of_command():
            raise ShellSyntaxError("syntax error: unexpected 'newline'")
        target = self._word()
        if not found[3]:
            return Redirection(descriptor=descriptor, target=target, append=found[2] == ">>")
        copied = target.value({})
        if copied not in {"1", "2"}:
            raise ShellSyntaxError(f"{copied}: bad file descriptor")
        return Redirection(descriptor=descriptor, copied=int(copied))

    def _word(self) -> Word:
        pieces: list[Piece] = []
        while (char := self._here(1)) and char not in " \t\n;&|()<>":
            if char == "'":
                pieces.append(self._single_quoted())
            elif char == '"':
                pieces.extend(self._double_quoted())
            elif char == "\\":
                pieces.append(Piece(self._here(2)[1:], quoted=True, expands=False))
                self._at += 2
            else:
                pieces.append(self._plain())
        return Word(tuple(pieces))

    def _plain(self) -> Piece:
        start = self._at
        while (char := self._here(1)) and char not in " \t\n;&|()<>'\"\\":
            self._refuse_substitution(char)
            self._at += 1
        return Piece(self._text[start : self._at], quoted=False, expands=True)

    def _single_quoted(self) -> Piece:
        end = self._text.find("'", self._at + 1)
        if end < 0:
            raise ShellSyntaxError("no closing quote")
        text = self._text[self._at + 1 : end]
        self._at = end + 1
        return Piece(text, quoted=True, expands=False)

    def _double_quoted(self) -> list[Piece]:
        self._at += 1
        pieces = [Piece("", quoted=True, expands=False)]
        while (char := self._here(1)) != '"':
            if not char:
                raise ShellSyntaxError("no closing quote")
            self._refuse_substitution(char)
            if char == "\\" and self._here(2)[1:] in tuple(_ESCAPABLE):
                text = self._here(2)[1:].replace("\n", "")
                pieces.append(Piece(text, quoted=True, expands=False))
                self._at += 2
            else:
                pieces.append(self._inside_double_quotes())
        self._at += 1
        return pieces

    def _inside_double_quotes(self) -> Piece:
        start = self._at
        self._at += 1
        while (char := self._here(1)) and char not in '"\\`' and self._here(2) != "$(":
            self._at += 1
        return Piece(self._text[start : self._at], quoted=True, expands=True)

    def _here(self, count: int) -> str:
        return self._text[self._at : self._at + count]

    def _refuse_substitution(self, char: str) -> None:
        if char == "`" or self._here(2) == "$(":
            raise ShellSyntaxError("an emulated phone's shell has no command substitution")

    def _refuse(self, char: str) -> None:
        what = {"|": "pipes", "&": "background jobs", "(": "subshells"}.get(char)
        if what is None:
            raise ShellSyntaxError(f"syntax error: unexpected '{char}'")
        raise ShellSyntaxError(f"an emulated phone's shell has no {what}")


def _refuse_control_structures(words: list[Word]) -> None:
    if words and words[0].value({}) in _RESERVED and not words[0].pieces[0].quoted:
        raise ShellSyntaxError(f"an emulated phone's shell has no '{words[0].value({})}'")


def parse(script: str) -> list[SimpleCommand]:
    """Raises ShellSyntaxError before anything is run."""
    return _Scanner(script).commands()
