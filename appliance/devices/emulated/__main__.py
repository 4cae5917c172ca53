"""`python -m appliance.devices.emulated`: emulated phones alone."""

import argparse
from pathlib import Path

from appliance.devices.emulated.emulate import EmulatorConfig, run_emulator


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="emulate", description=__doc__)
    parser.add_argument("--phones", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--origin-ms", type=int, default=None)
    parser.add_argument("--truth", type=Path, default=None, help="file for the truth log")
    parser.add_argument("--rhythm", type=float, default=45.0, help="seconds between messages")
    parser.add_argument("--traffic", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--until-stdin-closes", action="store_true")
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    run_emulator(
        EmulatorConfig(
            phones=arguments.phones,
            seed=arguments.seed,
            speed=arguments.speed,
            origin_ms=arguments.origin_ms,
            truth_file=arguments.truth,
            rhythm_s=arguments.rhythm,
            traffic=arguments.traffic,
            until_stdin_closes=arguments.until_stdin_closes,
        )
    )


if __name__ == "__main__":
    main()
