"""`provisioning/image`: builds a card's image, the bundle of the same version, and their sums."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from appliance import __version__
from provisioning.card import dressing, packages
from provisioning.card.building import KEPT, ROOT, begin, package_of, sum_of
from provisioning.card.bundle import Signer, own_signer
from provisioning.card.dressing import Parts
from provisioning.card.programs import Stop, say

_MB = 1_000_000


def main(arguments: Sequence[str]) -> int:
    given = _given(arguments)
    try:
        made = build(given)
    except Stop as exc:
        say("image", str(exc))
        return 1
    for path in made:
        sys.stdout.write(f"{path}  {path.stat().st_size / _MB:.1f} MB\n")
    return 0


def build(given: argparse.Namespace) -> list[Path]:
    """What was made. Raises Stop."""
    signer = _signer(given)
    card, tar = begin(given.kernel)
    package = given.package or package_of(given.version)
    name = given.out / f"balie-{given.version}"
    given.out.mkdir(parents=True, exist_ok=True)
    made = [Path(f"{name}{end}") for end in (".img.zst", ".raucb", ".packages")]
    image, bundle, listed = made
    card.dress(tar, Parts(version=given.version, package=package, keyring=signer.certificate))
    shutil.copyfile(card.root / dressing.LIST, listed)
    card.make_image(image)
    card.make_bundle(given.version, signer, bundle)
    card.end()
    sums = "".join(f"{sum_of(path)}  {path.name}\n" for path in made)
    Path(f"{name}.sha256").write_text(sums, encoding="ascii")
    return made


def _signer(given: argparse.Namespace) -> Signer:
    if (given.sign_cert is None) != (given.sign_key is None):
        raise Stop("Give both --sign-cert and --sign-key, or neither.")
    if given.sign_cert is not None:
        return Signer(certificate=given.sign_cert, key=given.sign_key)
    say("image", "signing with a key of this machine; boxes take updates of that key alone")
    return own_signer(KEPT / "keys")


def _given(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="provisioning/image",
        description="Builds balie-VERSION.img.zst for cards, and balie-VERSION.raucb for updates.",
    )
    parser.add_argument("--version", default=__version__, help=f"default: {__version__}")
    parser.add_argument(
        "--kernel", choices=sorted(packages.KERNEL), default="stable", help="backports: for a Pi 5"
    )
    parser.add_argument("--out", type=Path, default=ROOT / ".artifacts" / "image", help="a folder")
    parser.add_argument("--package", type=Path, help="a balie_VERSION_arm64.deb that is there")
    parser.add_argument("--sign-cert", type=Path, help="the certificate that boxes will know")
    parser.add_argument("--sign-key", type=Path, help="its key")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
