#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What verbs cost that generate nothing, side by side in one run: two builds, or one and its caches.

    bench/startup.py examples/world-skewed.toml BEFORE=old/scotoma,old/study.toml NOW=build/release/bin/scotoma

Each build first runs the study to its end, in a folder of its own. Then every verb runs --rounds times, the builds in
turn, and the medians of its processor seconds (with those of its children) are printed with their ratio to the first
build's. Only the ratios mean anything: the machine is shared.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile


def processor_seconds(command: list[str], environment: dict[str, str]) -> float:
    """Of the command and all its children; ends this program where the command fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):  # 1: doctor found something suspicious
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class Build:
    """A program with a finished study and a cache folder of its own."""

    def __init__(self, spec: str, study: str, folder: pathlib.Path, budget: int) -> None:
        self.name, rest = spec.split("=", 1)
        self.program, _, own_study = rest.partition(",")  # an older build may know other keys
        study = own_study or study
        self.study = self.smaller(pathlib.Path(study), folder / f"{self.name}.toml", budget)
        self.out = str(folder / self.name)
        self.environment = {**os.environ, "XDG_CACHE_HOME": str(folder / f"{self.name}-user")}
        self.seconds("find", "--quiet")

    @staticmethod
    def smaller(study: pathlib.Path, copy: pathlib.Path, budget: int) -> str:
        """A copy with this budget, since older builds have no --budget; paths lead to the same models."""
        home = study.resolve().parent.parent
        lines = [
            f"images = {budget}" if line.replace(" ", "").startswith("images=") else line.replace('"../', f'"{home}/')
            for line in study.read_text().splitlines()
        ]
        copy.write_text("\n".join(lines) + "\n")
        return str(copy)

    def seconds(self, verb: str, *more: str) -> float:
        places = [] if verb == "doctor" else ["--out", self.out]
        return processor_seconds([self.program, verb, self.study, *places, *more], self.environment)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study")
    parser.add_argument("builds", nargs="+", metavar="NAME=PROGRAM[,STUDY]")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--budget", type=int, default=2000)
    arguments = parser.parse_args()
    verbs = [("doctor",), ("find", "--quiet"), ("report",), ("list",)]
    with tempfile.TemporaryDirectory() as folder:
        builds = [Build(spec, arguments.study, pathlib.Path(folder), arguments.budget) for spec in arguments.builds]
        print("| processor seconds, median of", arguments.rounds, "|", " | ".join(b.name for b in builds), "|")
        print("|---|" + "---|" * len(builds))
        for verb, *more in verbs:
            for build in builds:
                build.seconds(verb, *more)  # what a first time costs is another question
            rounds = [[build.seconds(verb, *more) for build in builds] for _ in range(arguments.rounds)]
            medians = [statistics.median(times) for times in zip(*rounds)]
            cells = [f"{m:.3f} ({m / medians[0]:.2f})" for m in medians]
            print(f"| {verb}{' (replayed)' if verb == 'find' else ''} |", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
