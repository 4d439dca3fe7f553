#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the benchmark of planted bugs and writes docs/planted.md and docs/planted.json. Standard library only.

    ./dev planted                        all classifiers; hours; what is finished already is not run again
    ./dev planted --shipped              the committed subset, half an hour; writes docs/planted-shipped.md and .json
    ./dev planted --shipped --certify    certificates of the committed subset, 20 minutes; writes docs/planted-certify.md and .json
    ./dev planted --unseen               six made for searches without lists (python -m planted unseen), 2,000 images each
    ./dev planted --budget 2000 --scheme scotoma --only cat --out build/try

Each run is `scotoma find` on a study file that settings.py writes; all share one cache, so an image is generated once for all of
them, while every study still counts it as spent. A run is finished when its folder has a bugs.json and the same study file; each
seed has folders of its own. The page is written when everything that it shows is finished.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
from planted import certify, page, parallel, plan, score, settings  # noqa: E402  (needs the path above)


def arguments(args: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev planted", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scheme", action="append", choices=list(settings.SCHEMES), help="only these; may be repeated")
    parser.add_argument("--budget", action="append", type=int, choices=list(settings.BUDGETS), help="only these; may be repeated")
    parser.add_argument("--only", default="", metavar="REGEX", help="only classifiers whose name it is found in")
    parser.add_argument("--shipped", action="store_true", help="only the committed subset, from world/planted")
    parser.add_argument(
        "--unseen", action="store_true", help="only the six of plan.UNSEEN, with scheme captions and 2,000 images unless said"
    )
    parser.add_argument("--certify", action="store_true", help="`scotoma certify` with all lists in the place of searches")
    parser.add_argument(
        "--seed",
        type=int,
        default=settings.SEED,
        help=f"of all runs (default: {settings.SEED}); with another every image is another",
    )
    parser.add_argument("--program", type=Path, default=ROOT / "build/release/bin/scotoma")
    parser.add_argument("--out", type=Path, default=ROOT / "build/planted", help="runs and cache (default: build/planted)")
    parser.add_argument("--processes", type=int, default=2, help="runs at a time, one thread each")
    parser.add_argument(
        "--page", action="store_true", help="run nothing; print the table of what is finished, and write the page if all is"
    )
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where the page and its JSON go")
    given = parser.parse_args(args)
    if given.unseen and given.shipped:
        parser.error("--unseen and --shipped are different classifiers; give one")
    if given.certify and (given.unseen or given.scheme or given.budget):
        parser.error("--certify has no schemes and budgets, and is not for --unseen")
    if given.seed < 0:
        parser.error(f"--seed {given.seed}: 0 or more")
    return given


class Bench:
    """Which runs there are and where they lie."""

    def __init__(self, given: argparse.Namespace):
        self.given = given
        self.models = ROOT / ("world/planted" if given.shipped else "world/work/planted")
        self.truth = score.Truth(ROOT / ("world/work/planted/unseen.json" if given.unseen else "world/planted/truth.json"))
        names = plan.SHIPPED if given.shipped else [c.name for c in (plan.UNSEEN if given.unseen else plan.CLASSIFIERS)]
        self.names = [n for n in names if re.search(given.only, n) and n in self.truth.classifiers]
        aside = settings.ASKED_ONLY + ([] if given.shipped else settings.SUBSET_ONLY)
        self.schemes = given.scheme or (["captions"] if given.unseen else [s for s in settings.SCHEMES if s not in aside])
        self.budgets = given.budget or ([2000] if given.unseen else list(settings.BUDGETS))

    def folder(self, scheme: str, budget: int, name: str) -> Path:
        whole = f"{'unseen' if self.given.unseen else 'shipped' if self.given.shipped else 'all'}-seed{self.given.seed}"
        return self.given.out.resolve() / whole / f"{scheme}-{budget}" / name

    def finished(self, scheme: str, budget: int, name: str) -> bool:
        """Whether the run has results of the study as it would be asked now."""
        folder = self.folder(scheme, budget, name)
        file = folder / "study.toml"
        return (folder / "bugs.json").exists() and file.exists() and file.read_text() == self.study(scheme, budget, name)

    @functools.cached_property
    def build(self) -> str:
        """A hash of the program."""
        return hashlib.sha256(self.given.program.read_bytes()).hexdigest()

    def by_another_build(self, scheme: str, budget: int, name: str) -> bool:
        """Whether a finished run is of another program than today's."""
        file = self.folder(scheme, budget, name) / "program.sha256"
        return not file.exists() or file.read_text() != self.build

    def study(self, scheme: str, budget: int, name: str) -> str:
        return settings.study(name, scheme, budget, self.models / f"{name}.onnx", ROOT / "world", self.given.seed)

    def run(self, scheme: str, budget: int, name: str) -> str | None:
        """One run; the text of its error, or None. Its folder keeps study.toml, program.sha256, bugs.json, run.json and log.txt alone."""
        folder = self.folder(scheme, budget, name)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "bugs.json").unlink(missing_ok=True)
        (folder / "study.toml").write_text(self.study(scheme, budget, name))
        (folder / "program.sha256").write_text(self.build)
        command = [
            self.given.program,
            "find",
            folder / "study.toml",
            "--out",
            folder,
            "--cache",
            self.given.out.resolve() / "cache",
            "--quiet",
        ]
        with open(folder / "log.txt", "w", encoding="utf-8") as log:
            done = subprocess.run(list(map(str, command)), stdout=log, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            (folder / "bugs.json").unlink(missing_ok=True)
            return f"{name}, {scheme}, {budget}: exit {done.returncode}: {(folder / 'log.txt').read_text().strip()[-300:]}"
        (folder / "report.html").unlink(missing_ok=True)  # these take some MB; `scotoma report` writes them again
        shutil.rmtree(folder / "images", ignore_errors=True)
        return None

    def scores(self, scheme: str, budget: int) -> list[score.Score]:
        """Scores of all finished runs of one scheme at one budget."""
        found = []
        for name in self.names:
            if self.finished(scheme, budget, name):
                folder = self.folder(scheme, budget, name)
                found.append(
                    score.score(
                        name, json.loads((folder / "bugs.json").read_text()), json.loads((folder / "run.json").read_text()), self.truth
                    )
                )
        return found


def run_all(bench: Bench) -> list[str]:
    """Runs what is not finished, small budgets first; returns the errors."""
    every = [(s, b, n) for b in sorted(bench.budgets) for n in bench.names for s in bench.schemes]
    todo = [one for one in every if not bench.finished(*one)]
    print(f"{len(every)} runs, {len(every) - len(todo)} finished already", flush=True)
    if old := sum(bench.by_another_build(*one) for one in set(every) - set(todo)):
        print(
            f"{old} of these by another build of the program, and not run again; delete them in {bench.given.out} if results may differ",
            flush=True,
        )
    return parallel.run_each(todo, bench.run, bench.given.processes)


def main(args: list[str]) -> int | str:
    given = arguments(args)
    if given.out.exists() and not given.out.is_dir():
        return f"{given.out}: not a folder; choose another with --out"
    if not given.page and not given.program.exists():
        return f"{given.program}: not built; run ./dev build first"
    if given.unseen and not (ROOT / "world/work/planted/unseen.json").exists():
        return "world/work/planted/unseen.json is missing; make it: cd bench && ../world/.venv/bin/python -m planted unseen"
    try:
        bench = Bench(given)
    except re.error as wrong:
        return f"--only {given.only!r}: not a regular expression: {wrong}"
    if not bench.names:
        return f"no classifier is called like --only {given.only!r}"
    absent = [n for n in bench.names if not (bench.models / f"{n}.onnx").exists()]
    if absent and not given.page:
        return (
            f"{bench.models}/{absent[0]}.onnx is missing ({len(absent)} are); make them: cd bench && ../world/.venv/bin/python -m planted"
        )
    if given.certify:
        return certify.main(certify.Certificates(given, bench.names, bench.models, bench.truth))
    errors = [] if given.page else run_all(bench)
    for error in errors:
        print(error, file=sys.stderr)
    results = {(s, b): bench.scores(s, b) for b in sorted(bench.budgets) for s in bench.schemes}
    print(page.table({k: score.summary(v) for k, v in results.items() if v}))
    if given.unseen:
        print("\n" + page.each({k: v for k, v in results.items() if v}))
    if errors:
        return f"{len(errors)} runs failed"
    missing = sum(len(bench.names) - len(v) for v in results.values())
    if given.page and not given.unseen and (missing or given.only):
        return f"no page was written: {missing} runs are not finished" if missing else "no page was written: --only leaves classifiers out"
    if not given.unseen and (given.page or not (given.only or given.scheme or given.budget)):
        page.write(given.docs, results, bench.truth, given.seed, given.shipped)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
