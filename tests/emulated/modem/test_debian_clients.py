"""Programs that know nothing of Balie, as Debian ships them: gammu, gammu-smsd and smsd."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import pytest

from tests.emulated.modem.bench import ANNA, Bench
from tests.emulated.phone_bench import eventually

EMOJI = "żółw 👍🏽"
LONG = "Een rooster van meer dan honderdzestig tekens. " * 6
#: Both daemons wait between their rounds.
DAEMON_S = 60.0


@contextmanager
def running(*command: str, log: Path) -> Iterator[None]:
    """Ended by its own id, also when it does not want to."""
    with log.open("wb") as out:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        yield
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


class Gammu:
    def __init__(self, port: str, folder: Path) -> None:
        self.config = folder / "gammurc"
        self.config.write_text(f"[gammu]\ndevice = {port}\nconnection = at115200\n")

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            ["gammu", "--config", str(self.config), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def gammu(bench: Bench, tmp_path: Path) -> Gammu:
    return Gammu(bench.port, tmp_path)


def test_gammu_identifies_the_modem(bench: Bench, gammu: Gammu) -> None:
    """Maker, IMEI and IMSI."""
    said = gammu("identify")
    assert "Manufacturer         : Balie" in said
    assert f"IMEI                 : {bench.modem.imei}" in said
    assert "SIM IMSI             : 2040816" in said


def test_gammu_sends(bench: Bench, gammu: Gammu) -> None:
    """A long text with an emoji, in UCS-2; it leaves once, each of its parts once."""
    text = f"{EMOJI} {LONG}".strip()
    gammu("sendsms", "TEXT", ANNA, "-unicode", "-len", "400", "-text", text)
    assert bench.left() == [(ANNA, text)]
    assert [(part, of) for _, part, of in bench.parts()] == [(n, 5) for n in range(1, 6)]


def test_gammu_reads_what_arrived(bench: Bench, gammu: Gammu) -> None:
    """Numbers, names, parts and the euro sign."""
    bench.inject(sender=ANNA, text="Ik kom € 5 halen")
    bench.inject(sender="KPN", text=LONG)
    said = gammu("getallsms")
    assert "Ik kom € 5 halen" in said
    assert f'Remote number        : "{ANNA}"' in said
    assert 'Remote number        : "KPN"' in said
    assert "part 2 of 2" in said


def test_gammu_smsd_sends_and_receives(bench: Bench, tmp_path: Path) -> None:
    """As a daemon with files: out of its outbox once, into its inbox once."""
    boxes = {name: tmp_path / name for name in ("inbox", "outbox", "sent", "error")}
    for box in boxes.values():
        box.mkdir()
    config = tmp_path / "smsdrc"
    config.write_text(
        f"[gammu]\ndevice = {bench.port}\nconnection = at115200\n"
        "[smsd]\nservice = files\nchecksecurity = 0\ncommtimeout = 1\nloopsleep = 1\n"
        "receivefrequency = 1\n"
        f"inboxpath = {boxes['inbox']}/\noutboxpath = {boxes['outbox']}/\n"
        f"sentsmspath = {boxes['sent']}/\nerrorsmspath = {boxes['error']}/\n"
    )
    bench.inject(sender=ANNA, text="Is er morgen werk?")
    with running("gammu-smsd", "--config", str(config), log=tmp_path / "smsd.log"):
        subprocess.run(
            ["gammu-smsd-inject", "--config", str(config), "TEXT", ANNA, "-text", "Ja, om 7 uur"],
            check=True,
            capture_output=True,
            timeout=30,
        )
        assert eventually(lambda: list(boxes["sent"].iterdir()), within_s=DAEMON_S)
        received = eventually(lambda: list(boxes["inbox"].glob("*.txt")), within_s=DAEMON_S)
    assert bench.left() == [(ANNA, "Ja, om 7 uur")]
    assert [path.read_text() for path in received] == ["Is er morgen werk?"]
    assert bench.slots() == {}


def test_smstools_sends_and_receives(bench: Bench, tmp_path: Path) -> None:
    """As a daemon with spool folders, with a status report."""
    spool = {
        n: tmp_path / n for n in ("outgoing", "checked", "incoming", "sent", "failed", "report")
    }
    for folder in spool.values():
        folder.mkdir()
    config = tmp_path / "smsd.conf"
    config.write_text(
        "devices = GSM1\n"
        + "".join(f"{name} = {folder}\n" for name, folder in spool.items())
        + f"infofile = {tmp_path}/smsd.working\npidfile = {tmp_path}/smsd.pid\n"
        f"logfile = {tmp_path}/smsd.log\nloglevel = 7\n"
        "delaytime = 1\ndelaytime_mainprocess = 1\nreceive_before_send = no\n"
        f"[GSM1]\ndevice = {bench.port}\nbaudrate = 115200\nincoming = yes\nreport = yes\n"
        "keep_open = yes\nrtscts = no\ninit = AT+CNMI=2,1,0,2,0\n"
    )
    bench.inject(sender=ANNA, text="Is er morgen werk?")
    (spool["outgoing"] / "one").write_text(f"To: {ANNA[1:]}\n\nJa, om 7 uur")
    smsd = which("smsd") or "/usr/sbin/smsd"
    with running(smsd, "-t", f"-c{config}", log=tmp_path / "out.log"):
        assert eventually(lambda: list(spool["sent"].iterdir()), within_s=DAEMON_S)
        # What the daemon is still writing has another name.
        received = eventually(lambda: list(spool["incoming"].glob("GSM1.*")), within_s=DAEMON_S)
        reports = eventually(lambda: list(spool["report"].glob("GSM1.*")), within_s=DAEMON_S)
    assert bench.left() == [(ANNA, "Ja, om 7 uur")]
    assert [path.read_text().endswith("\n\nIs er morgen werk?") for path in received] == [True]
    assert len(reports) == 1
