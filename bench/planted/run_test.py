# SPDX-License-Identifier: Apache-2.0
"""A few of the committed classifiers through the real program and the runner, held against the committed truth.

run_test.py PROGRAM FOLDER
"""

import contextlib
import io
import shutil
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
from planted import run  # noqa: E402

PLANTED = ["place-cat-snow-resnet", "rain-penguin-rain-vgg", "rare-cat-night-vgg"]
CONTROLS = ["control-resnet-2", "control-vgg-2", "control-mobilenet-2"]
PROGRAM, FOLDER = (Path(a) for a in sys.argv[1:3])
ARGUMENTS = [
    "--shipped",
    "--program",
    str(PROGRAM),
    "--out",
    str(FOLDER),
    "--scheme",
    "scotoma",
    "--budget",
    "500",
    "--only",
    f"^({'|'.join(PLANTED + CONTROLS)})$",
]


def bench(*more):
    """What the runner printed."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = run.main([*ARGUMENTS, *more])
    if code:
        raise AssertionError(f"the runner says {code}\n{out.getvalue()}")
    return out.getvalue()


class Runs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(FOLDER, ignore_errors=True)
        cls.said = bench()
        cls.scores = {s.name: s for s in run.Bench(run.arguments(ARGUMENTS)).scores("scotoma", 500)}

    def test_all_were_run(self):
        self.assertEqual(set(self.scores), set(PLANTED + CONTROLS))

    def test_planted_bugs_are_found(self):
        for name in PLANTED:
            self.assertEqual([], self.scores[name].reasons, f"{name} missed {self.scores[name].missed}")

    def test_nothing_is_claimed_that_rendered_scenes_do_not_show(self):
        for name, score in self.scores.items():
            self.assertEqual([], [(c.label, c.phrase, c.rate, c.base) for c in score.wrong], name)

    def test_no_study_spends_more_than_its_budget(self):
        for name, score in self.scores.items():
            self.assertTrue(0 < score.images <= 500, f"{name}: {score.images}")

    def test_what_is_finished_is_not_run_again(self):
        stamps = {p: p.stat().st_mtime_ns for p in FOLDER.glob("*/*/*/bugs.json")}
        self.assertIn("6 runs, 6 finished already", bench())
        self.assertEqual(stamps, {p: p.stat().st_mtime_ns for p in FOLDER.glob("*/*/*/bugs.json")})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
