"""Proofs by many lives, kills or seeds: `scripts/test` tries a sample with each kind of fault in
it, `scripts/proofs` all of it. Their tests bear the mark `proof`.
"""

import os

IN_FULL = os.environ.get("BALIE_PROOFS") == "full"
