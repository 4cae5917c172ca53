"""`balie archive verify`: by the chain, by the manifest, and by what this Balie made."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from appliance.__main__ import app
from appliance.clock import SystemClock
from appliance.desk.privacy.archive.chain import Chain
from appliance.store import archives, branches, lines
from appliance.store.archives import ArchiveFormat, ArchiveScope, MadeFile, NewArchive
from appliance.store.store import Store, Tx


def written(path: Path, texts: list[str], *, changed: str | None = None) -> Path:
    """An archive of these texts; `changed` stands in place of the last one."""
    about = {"balie_archive": 1}
    chain = Chain(about)
    entries = []
    for number, text in enumerate(texts, 1):
        entry: dict[str, Any] = {"n": number, "text": text}
        entry["chain"] = chain.add(entry)
        entries.append(entry)
    if changed is not None:
        entries[-1]["text"] = changed
    lines_ = ",\n".join(json.dumps(each) for each in entries)
    end = json.dumps({"entries": chain.links, "chain": chain.last})
    path.write_text(
        f'{{"archive": {json.dumps(about)},\n"entries": [\n{lines_}\n],\n"end": {end}}}\n'
    )
    return path


def verified(path: Path, data: Path) -> tuple[int, dict[str, Any]]:
    command = ["archive", "verify", str(path), "--data", str(data), "--json"]
    result = CliRunner().invoke(app, command)
    return result.exit_code, json.loads(result.stdout)


def test_a_chain_is_checked_without_a_database(tmp_path: Path) -> None:
    whole = written(tmp_path / "a.json", ["hoi", "ja"])
    code, told = verified(whole, tmp_path / "none")
    assert (code, told["proven"], told["entries"], told["made_here"]) == (0, True, 2, None)
    assert not (tmp_path / "none").exists()
    code, told = verified(written(tmp_path / "b.json", ["hoi", "ja"], changed="nee"), tmp_path)
    assert (code, told["proven"]) == (1, False)
    assert told["problems"] == ["Entry 2 is not as it was made, or stands elsewhere."]


def test_a_pdf_is_known_by_its_hash_alone(tmp_path: Path) -> None:
    """Nothing is proven of another one, and of what is no archive at all one is told so."""
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(b"%PDF-1.4")
    data = tmp_path / "data"
    data.mkdir()
    store = Store(data / "balie.db", SystemClock())

    def made(tx: Tx, sha256: str) -> str:
        line_id = lines.add_line(
            tx, branch_id=branches.add_branch(tx, "Tilburg"), number="+31612345678"
        )
        scope = ArchiveScope(line_id=line_id, from_ms=0, until_ms=1)
        job_id = archives.add(tx, NewArchive(scope=scope, format=ArchiveFormat.PDF, language="nl"))
        file = MadeFile(name="a.pdf", bytes=8, sha256=sha256, chain="0" * 64, expires_ms=None)
        archives.begin(tx, job_id)
        archives.complete(tx, job_id, file, 0)
        return job_id

    before = verified(pdf, data)
    job_id = store.write(lambda tx: made(tx, before[1]["sha256"]))
    store.close()
    assert (before[0], before[1]["proven"]) == (1, False)
    code, told = verified(pdf, data)
    assert (code, told["proven"], told["made_here"]["id"]) == (0, True, job_id)


@pytest.mark.parametrize("content", [b"", b"{}", b"no json", b'{"archive": 1,\n'])
def test_what_is_no_archive_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    result = CliRunner().invoke(app, ["archive", "verify", str(path), "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert result.exception is None or isinstance(result.exception, SystemExit)
