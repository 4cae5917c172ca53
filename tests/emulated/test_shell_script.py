"""The phone's shell against the shell of this machine, and what it refuses."""

import asyncio
import shlex
import subprocess
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.emulated.phone.wire.adbd import Adbd
from appliance.emulated.phone.wire.seam import ShellResult
from appliance.emulated.phone.wire.shell_output import ShellOutput
from appliance.emulated.phone.wire.shell_script import ShellSyntaxError, parse
from appliance.emulated.phone.wire.shell_service import ShellRun
from appliance.emulated.phone.wire.stream import Stream
from tests.emulated.plain_handset import PlainHandset


class PrintingHandset(PlainHandset):
    """Knows the two commands that the scripts below need of a real machine too."""

    async def run(self, argv: list[str], env: Mapping[str, str]) -> ShellResult:
        match argv:
            case ["printf", "<%s>", *words]:
                return ShellResult(stdout="".join(f"<{word}>" for word in words).encode())
            case ["sh", "-c", "echo out; echo err >&2; exit 3"]:
                return ShellResult(stdout=b"out\n", stderr=b"err\n", exit_code=3)
        return await super().run(argv, env)


def run_emulated(script: str) -> tuple[bytes, int]:
    async def run() -> tuple[bytes, int]:
        handset = PrintingHandset()
        adbd = Adbd(handset)
        output = ShellOutput(Stream(1, 1, 4096, lambda _packet: None), framed=False)
        run = ShellRun(handset, adbd.traffic, adbd._u2, output)
        await run.script(script)
        return bytes(output._kept), run.status

    return asyncio.run(run())


FAILING = "sh -c 'echo out; echo err >&2; exit 3'"


@pytest.mark.parametrize(
    "script",
    [
        "echo a; echo b",
        "echo a && echo b || echo c",
        "false && echo b || echo c",
        "true || echo b && echo c",
        "false; echo X4EXIT:$?",
        f"{FAILING} 2>/dev/null; echo $?",
        f"{FAILING} >/dev/null 2>&1; echo $?",
        f"{FAILING} 2>&1 >/dev/null",
        "printf '<%s>' one 'two words' \"it's\" a\\ b",
        "printf '<%s>' \"a\\\"b\\\\c\\$d\\e\" '$HOME' \\$HOME",
        "printf '<%s>' '' \"\" a''b",
        "printf '<%s>' $NOTHING \"$NOTHING\" x$NOTHING",
        "A=1; printf '<%s>' \"$A\" ${A}b",
        "A='b c' ; printf '<%s>' \"$A\"",
        "printf '<%s>' é 👋 'a\nb'",
        "printf '<%s>' a#b # a comment; echo no",
        "echo a\necho b\n\n",
        "echo a &&\necho b",
        "echo -n a; echo b",
        "exit 7; echo no",
        "false",
        ": ; echo $?",
        "printf '<%s>' a \\\nb",
        "printf '<%s>' 2>/dev/null \\;\\&\\|",
        "printf '<%s>' \"a;b&c|d>e\" 'f(g)'",
        "",
    ],
)
def test_scripts_do_what_they_do_in_a_real_shell(script: str) -> None:
    """Words, order, redirection and exit status equal those of this machine's `sh`."""
    real = subprocess.run(
        ["sh", "-c", f"exec 2>&1\n{script}"],
        capture_output=True,
        check=False,
        env={"PATH": "/bin:/usr/bin"},
    )
    assert run_emulated(script) == (real.stdout, real.returncode)


@given(
    st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1)
)
def test_a_quoted_word_arrives_as_it_was(words: list[str]) -> None:
    """What shlex quotes, the phone's shell takes apart again, byte for byte."""
    [command] = parse(shlex.join(["am", *words]))
    assert [field for word in command.words for field in word.fields({})] == ["am", *words]


@pytest.mark.parametrize(
    "script",
    [
        "echo a | grep a",
        "echo a & echo b",
        "echo $(date)",
        "echo `date`",
        'echo "$(date)"',
        "(echo a)",
        "if true; then echo a; fi",
        "echo 'a",
        'echo "a',
        "echo a; ; echo b",
        "&& echo a",
        "echo a &&",
        "echo a >",
        "echo a 2>&7",
    ],
)
def test_what_the_shell_cannot_do_is_refused_before_anything_runs(script: str) -> None:
    """A script is parsed as a whole first; the complaint is a sentence on stderr."""
    with pytest.raises(ShellSyntaxError):
        parse(script)
    output, status = run_emulated(script)
    assert output.startswith(b"/system/bin/sh: ")
    assert status == 1


def test_variables_before_a_command_are_its_environment() -> None:
    """`CLASSPATH=… app_process` reaches the command and nothing after it."""
    assert run_emulated("A=1 printenv A; printenv A") == (b"1\n\n", 0)


def test_output_can_go_to_a_file_where_the_shell_may_write() -> None:
    """/sdcard takes it, the root of the phone is read-only."""
    assert run_emulated("echo a > /sdcard/a; echo b >> /sdcard/a") == (b"", 0)
    output, status = run_emulated("echo a > 5")
    assert (output, status) == (b"/system/bin/sh: can't create 5: Read-only file system\n", 1)
