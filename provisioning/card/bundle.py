"""The signed bundle of a new version: RAUC verifies it before it writes a slot."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from provisioning.card.dressing import WORK
from provisioning.card.programs import run, with_processes

COMPATIBLE = "balie-arm64"

_YEARS_IN_DAYS = 7300


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Certificate and key that bundles are signed by; boxes know the certificate."""

    certificate: Path
    key: Path


def own_signer(folder: Path) -> Signer:
    """That of this machine, made once: for trying things out. Boxes take bundles of it alone."""
    signer = Signer(certificate=folder / "bundles.crt", key=folder / "bundles.key")
    if not (signer.certificate.exists() and signer.key.exists()):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        run(
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", str(_YEARS_IN_DAYS), "-subj", "/CN=Balie bundles"),
            *("-keyout", signer.key, "-out", signer.certificate),
        )
        signer.key.chmod(0o600)
    return signer


def manifest(version: str) -> str:
    return (
        f"[update]\ncompatible={COMPATIBLE}\nversion={version}\n\n"
        "[bundle]\nformat=verity\n\n[image.rootfs]\nfilename=rootfs.img\n"
    )


def make_bundle(
    tools: Path, root_image: Path, version: str, signer: Signer, made: Path, *, effort: int
) -> None:
    """`root_image` is in the tools' work folder, and becomes a part of the bundle; `effort` is
    zstd's, up to 22.
    """
    stage = tools / WORK / "bundle"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    (stage / "manifest.raucm").write_text(manifest(version), encoding="ascii")
    (stage / "rootfs.img").hardlink_to(root_image)
    keys = tools / WORK / "keys"
    shutil.rmtree(keys, ignore_errors=True)
    keys.mkdir(mode=0o700)
    shutil.copyfile(signer.certificate, keys / "certificate.pem")
    shutil.copyfile(signer.key, keys / "key.pem")
    inside = Path("/", WORK)
    out = tools / WORK / made.name
    out.unlink(missing_ok=True)
    try:
        run(
            *with_processes(tools, "rauc", f"--cert={inside / 'keys/certificate.pem'}"),
            *(f"--key={inside / 'keys/key.pem'}", f"--keyring={inside / 'keys/certificate.pem'}"),
            f"--mksquashfs-args=-comp zstd -Xcompression-level {effort}",
            *("bundle", inside / "bundle", inside / made.name),
        )
    finally:
        shutil.rmtree(keys)
    shutil.move(out, made)
