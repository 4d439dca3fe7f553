# SPDX-License-Identifier: Apache-2.0
"""Certificates of the benchmark's classifiers: `scotoma certify` on each, with all labels and all phrases of the lists.

The images of a label with a phrase are the same for every classifier (the seed does not know it) and lie in the benchmark's cache, so the
first certificate generates nearly all of them and runs alone, on all threads; the others then ask their classifier alone.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from . import certified, certify_page, parallel, score, settings

WORLD = Path(__file__).resolve().parents[2] / "world"


class Certificates:
    """Which certificates there are and where they lie. models: the folder of the networks."""

    def __init__(self, given: argparse.Namespace, names: list[str], models: Path, truth: score.Truth):
        self.given, self.names, self.models, self.truth = given, names, models, truth

    def folder(self, name: str) -> Path:
        return self.given.out.resolve() / f"{'shipped' if self.given.shipped else 'all'}-seed{self.given.seed}" / "certify" / name

    def study(self, name: str) -> str:
        return settings.certificate_study(name, self.models / f"{name}.onnx", WORLD, self.given.seed)

    def finished(self, name: str) -> bool:
        """Whether there is a certificate of the study as it would be asked now."""
        folder = self.folder(name)
        file = folder / "study.toml"
        return (folder / "certificate.json").exists() and file.exists() and file.read_text() == self.study(name)

    def run(self, name: str, threads: int = 1) -> str | None:
        """One certificate; the text of its error, or None. Its folder keeps study.toml, certificate.json, seconds.txt and log.txt."""
        folder = self.folder(name)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "certificate.json").unlink(missing_ok=True)
        (folder / "study.toml").write_text(self.study(name))
        places = ["--out", folder, "--cache", self.given.out.resolve() / "cache"]
        command = [self.given.program, "certify", folder / "study.toml", *places, "--threads", threads, "--quiet"]
        begin = time.monotonic()
        with open(folder / "log.txt", "w", encoding="utf-8") as log:
            done = subprocess.run(list(map(str, command)), stdout=log, stderr=subprocess.STDOUT, check=False)
        if done.returncode not in (0, 1):  # 1: not everything is certified
            (folder / "certificate.json").unlink(missing_ok=True)
            return f"{name}: exit {done.returncode}: {(folder / 'log.txt').read_text().strip()[-300:]}"
        (folder / "seconds.txt").write_text(f"{time.monotonic() - begin:.1f}\n")
        (folder / "certificate.html").unlink(missing_ok=True)  # shows images; `scotoma certify` writes it again
        return None

    def results(self) -> list[certified.Certified]:
        """All that are finished, beside the truth."""
        found = []
        for name in filter(self.finished, self.names):
            folder = self.folder(name)
            seconds = folder / "seconds.txt"
            certificate = json.loads((folder / "certificate.json").read_text())
            found.append(certified.compared(name, certificate, self.truth, float(seconds.read_text()) if seconds.exists() else 0.0))
        return found


def run_all(bench: Certificates) -> list[str]:
    """Runs what is not finished; returns the errors."""
    todo = [name for name in bench.names if not bench.finished(name)]
    print(f"{len(bench.names)} certificates, {len(bench.names) - len(todo)} finished already", flush=True)
    first = todo[:1] if len(todo) == len(bench.names) else []
    processes = bench.given.processes
    errors = parallel.run_each([(name, processes) for name in first], bench.run, 1)
    return errors + parallel.run_each([(name,) for name in todo[len(first) :]], bench.run, processes)


def main(bench: Certificates) -> int | str:
    """Runs, prints the tables, and writes the page where all of the committed subset is finished."""
    given = bench.given
    errors = [] if given.page else run_all(bench)
    for error in errors:
        print(error, file=sys.stderr)
    results = bench.results()
    print(certify_page.tables(results))
    if errors:
        return f"{len(errors)} certificates failed"
    missing = len(bench.names) - len(results)
    if given.page and (missing or given.only or not given.shipped):
        return (
            f"no page was written: {missing} certificates are not finished" if missing else "no page was written: it is of --shipped, all"
        )
    if given.shipped and not given.only:
        certify_page.write(given.docs, results, given.seed)
    return 0
