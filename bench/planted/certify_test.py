# SPDX-License-Identifier: Apache-2.0
"""Tests of certificates beside the truth: the comparison, the runner (on a program that only writes what it is told), the pages."""

import contextlib
import io
import json
import sys
import tempfile
import tomllib
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
from planted import certified, certify_page, plan, run, score, settings  # noqa: E402

TRUTH = score.Truth(ROOT / "world/planted/truth.json")
PROGRAM = """#!/bin/sh
# certify STUDY --out FOLDER --cache CACHE --threads N
echo "$7 $8 $9" >"$4/asked"
[ -f "$4/fail" ] && echo broken >&2 && exit 2
cp '{certificate}' "$4/certificate.json"
echo page >"$4/certificate.html"
exit 1
"""


def cell(label, phrase, verdict, failures=0, valid=17):
    return {
        "label": label,
        "phrase": phrase,
        "verdict": verdict,
        "end": "decided",
        "failures": failures,
        "valid": valid,
        "invalid": 1,
        "at_most": 0.19 if verdict == "certified" else None,
    }


def certificate(*cells, baseline=0):
    labels = dict.fromkeys(c["label"] for c in cells)
    return {
        "size": 0.2,
        "cells": list(cells),
        "labels": [
            {
                "label": label,
                "certified": all(c["verdict"] == "certified" for c in cells if c["label"] == label),
                "baseline": {"valid": baseline, "invalid": 0},
            }
            for label in labels
        ],
        "levels": {"passed": 0.05, "labels": 0.05},
        "images": {"with_phrase": sum(c["valid"] + c["invalid"] for c in cells), "baseline": baseline * len(labels), "most": 8000},
    }


def compared(name, *cells, **more):
    return certified.compared(name, certificate(*cells, **more), TRUTH)


class Comparison(unittest.TestCase):
    """A classifier that fails on cats in the snow, always, and nowhere else."""

    NAME = "place-cat-snow-resnet"

    def test_a_certificate_of_what_rendered_scenes_show_to_fail_is_wrong_and_so_is_its_label(self):
        one = compared(self.NAME, cell("cat", "in the snow", "certified"), cell("cat", "dark", "certified"), cell("dog", "dark", "bug"))
        self.assertEqual([(c.label, c.phrase) for c in one.wrong], [("cat", "in the snow")])
        self.assertGreater(one.wrong[0].rise, 0.5)
        self.assertEqual(one.wrong_labels, ["cat"])
        figures = certified.summary([one])
        self.assertEqual(figures["rise_more"], {"certified": 1, "bug": 0, "undecided": 0, "not_generatable": 0})
        self.assertEqual(figures["rise_less"], {"certified": 1, "bug": 1, "undecided": 0, "not_generatable": 0})
        self.assertEqual((figures["labels"], figures["labels_certified"], figures["labels_wrong"], figures["whole"]), (2, 1, 1, 0))
        self.assertEqual(figures["planted"]["certified"], 1)

    def test_the_planted_bug_that_it_names_is_right(self):
        one = compared(self.NAME, cell("cat", "in the snow", "bug", 17), cell("dog", "in the snow", "certified"))
        self.assertEqual((one.wrong, one.wrong_labels), ([], []))
        self.assertEqual(certified.summary([one])["planted"]["bug"], 1)
        self.assertIn("| place | 1 | 0 | 1 | 0 | 0 | 0 |", certify_page.planted([one]))

    def test_a_pair_is_not_asked(self):
        one = compared("and-cow-forest-black-and-white-vgg", cell("cow", "in the forest", "certified"))
        self.assertIsNone(one.of_planted(one.planted[0]))
        self.assertEqual(certified.summary([one])["planted_not_asked"], 1)

    def test_images_of_the_same_label_and_phrase_are_generated_once_for_all(self):
        some = [compared(self.NAME, cell("cat", "dark", "certified", 0, n), baseline=b) for n, b in ((17, 0), (40, 24), (9, 8))]
        self.assertEqual(certified.generated(some), 41 + 24)
        self.assertIn("65 of them are different", certify_page.cost({"with bugs": certified.summary(some)}, some))

    def test_wrong_ones_are_listed_with_both_figures(self):
        one = compared(self.NAME, cell("cat", "in the snow", "certified"))
        self.assertIn(f"| {self.NAME} | cat | in the snow | {100 * one.cells[0].rise:+.1f} | 0 of 17 | 19.0 |", certify_page.wrong([one]))
        self.assertEqual(certify_page.wrong([compared(self.NAME, cell("cat", "dark", "certified"))]), "None.")


class Runner(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "given.json").write_text(
            json.dumps(certificate(*(cell(label, p, "certified") for label in settings.LABELS for p in ("dark", "in the snow"))))
        )
        self.program = self.folder / "program"
        self.program.write_text(PROGRAM.format(certificate=self.folder / "given.json"))
        self.program.chmod(0o755)

    def bench(self, *more):
        out = io.StringIO()
        given = ["--shipped", "--certify", "--program", str(self.program), "--out", str(self.folder / "out")]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = run.main([*given, "--docs", str(self.folder / "docs"), *more])
        return code, out.getvalue()

    def place(self, name):
        return self.folder / f"out/shipped-seed{settings.SEED}/certify/{name}"

    def test_all_are_run_once_the_first_alone_on_all_threads_and_the_page_is_written(self):
        code, said = self.bench()
        self.assertEqual(code, 0, said)
        self.assertEqual((self.place(plan.SHIPPED[0]) / "asked").read_text(), "--threads 2 --quiet\n")
        self.assertEqual((self.place(plan.SHIPPED[1]) / "asked").read_text(), "--threads 1 --quiet\n")
        self.assertFalse((self.place(plan.SHIPPED[0]) / "certificate.html").exists())
        text = (self.folder / "docs/planted-certify.md").read_text()
        self.assertIn("12 with planted bugs and 12 without", text)
        self.assertIn("cat | in the snow", text)
        self.assertIn("| place | 384 | 6,528 | 0.0 % |", text)  # 24 classifiers x 16 labels in the snow, 17 images each
        self.assertIn("| dark | 384 |", text)
        self.assertEqual(len(json.loads((self.folder / "docs/planted-certify.json").read_text())["each"]), 25)
        self.assertIn("24 certificates, 24 finished already", self.bench()[1])

    def test_an_error_is_said_and_no_page_is_written(self):
        place = self.place("control-vgg-2")
        place.mkdir(parents=True)
        (place / "fail").touch()
        code, said = self.bench()
        self.assertEqual(code, "1 certificates failed")
        self.assertIn("control-vgg-2: exit 2: broken", said)
        self.assertFalse((self.folder / "docs").exists())
        self.assertEqual(self.bench("--page")[0], "no page was written: 1 certificates are not finished")

    def test_schemes_and_certificates_are_different_things(self):
        with self.assertRaises(SystemExit):
            self.bench("--scheme", "plain")


class Study(unittest.TestCase):
    def test_asks_for_all_phrases_of_the_lists_with_the_models_of_the_searches(self):
        study = tomllib.loads(settings.certificate_study("x", Path("/m.onnx"), Path("/w"), 3))
        search = tomllib.loads(settings.study("x", "scotoma", 2000, Path("/m.onnx"), Path("/w"), 3))
        for key in ("labels", "seed", "classifier", "generator", "judge", "attributes", "prompts"):
            self.assertEqual(study[key], search[key], key)
        self.assertEqual(study["certify"], settings.CERTIFICATE)


class Committed(unittest.TestCase):
    def test_the_committed_page_shows_the_committed_figures(self):
        text, data = (ROOT / "docs/planted-certify.md").read_text(), json.loads((ROOT / "docs/planted-certify.json").read_text())
        self.assertIn(certify_page.verdicts(data["groups"]), text)
        self.assertIn(certify_page.labels(data["groups"]), text)
        self.assertEqual(data["settings"], settings.CERTIFICATE)
        self.assertEqual(sum(f["rise_more"]["certified"] for f in data["groups"].values()), len(data["wrong"]))
        for row in data["wrong"]:
            self.assertIn("| " + " | ".join(map(str, row)) + " |", text)


if __name__ == "__main__":
    unittest.main()
