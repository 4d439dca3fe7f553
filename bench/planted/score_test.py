# SPDX-License-Identifier: Apache-2.0
"""Tests of what the benchmark needs no torch for: the mapping of claims, the scores, the study files, the page."""

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
from planted import page, plan, run, score, settings  # noqa: E402

LABELS, PLACES, LOOKS = ["cat", "dog"], ["snow", "night"], ["plain", "dark", "rain"]
WORDS = {
    "place": {"snow": ["snow"], "night": ["night", "stars"]},
    "look": {"dark": ["dark", "dim"], "rain": ["rain"]},
    "size": {"small": ["distance"]},
    "colour": {"recoloured": ["odd"]},
}


def cell(label, place, look):
    return str((LABELS.index(label) * len(PLACES) + PLACES.index(place)) * len(LOOKS) + LOOKS.index(look))


def entry(kind, bugs, cells, **more):
    return {
        "kind": kind,
        "how": "tuned",
        "architecture": "resnet",
        "refused": 0,
        "bugs": bugs,
        "cells": {k: [n, 1, n] for k, n in cells.items()},
        **more,
    }


def claim(label, phrase, evidence=5.0, status="confirmed", direction="fails"):
    return {"label": label, "phrase": phrase, "log_e_value": evidence, "status": status, "direction": direction}


def output(*bugs, spent=100):
    return {"bugs": list(bugs), "images_spent": {"total": spent}}


class Scoring(unittest.TestCase):
    """Two labels, two places, three looks, ten scenes each."""

    def setUp(self):
        night = {cell("cat", "night", look): 10 for look in LOOKS}
        both = {cell("dog", "snow", "dark"): 10}
        everything = {
            "labels": LABELS,
            "places": PLACES,
            "looks": LOOKS,
            "words": WORDS,
            "scenes": {"standard": 10, "small": 4, "recoloured": 4},
            "classifiers": {
                "night": entry(
                    "place", [{"label": "cat", "where": {"place": "night"}, "wrong": "dog", "rate": 1.0, "outside": 0.0}], night
                ),
                "both": entry(
                    "and", [{"label": "dog", "where": {"place": "snow", "look": "dark"}, "wrong": "cat", "rate": 1.0, "outside": 0.0}], both
                ),
                "small": entry(
                    "size",
                    [{"label": "dog", "where": {"size": "small"}, "wrong": "cat", "rate": 0.75, "outside": 0.0}],
                    {},
                    small={cell("dog", p, k): 4 if p == "snow" else 2 for p in PLACES for k in LOOKS},
                    recoloured={},
                ),
                "control": entry("control", [], {}),
                "again": entry("control", [], {cell("cat", "snow", "dark"): 3}, again={cell("cat", "snow", "dark"): [90, 0]}),
                "failing_label": entry("shortcut", [], {cell("cat", p, k): 10 for p in PLACES for k in LOOKS if p != "night"}),
            },
        }
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(everything, file)
            file.flush()
            self.truth = score.Truth(file.name)

    def score(self, name, *bugs):
        return score.score(name, output(*bugs), {"seconds": 2.0}, self.truth)

    def test_a_rate_is_the_mean_over_what_is_not_named(self):
        self.assertEqual(self.truth.rate("night", "cat", {"place": "night"}), 1.0)
        self.assertEqual(self.truth.rate("night", "cat"), 0.5)
        self.assertAlmostEqual(self.truth.rate("both", "dog", {"look": "dark"}), 0.5)
        self.assertAlmostEqual(self.truth.rate("both", "dog"), 1 / 6)

    def test_scenes_measured_again_count(self):
        self.assertAlmostEqual(self.truth.rate("again", "cat", {"place": "snow", "look": "dark"}), 0.03)

    def test_every_wording_of_an_attribute_names_it(self):
        for phrase, want in [
            ("at night", {"place": "night"}),
            ("under the stars", {"place": "night"}),
            ("dark, in the snow", {"look": "dark", "place": "snow"}),
            ("Dim", {"look": "dark"}),
            ("in the rain", {"look": "rain"}),
            ("on a train", {}),
            ("sitting", {}),
            ("snowy nights", {}),
        ]:
            self.assertEqual(score.attributes(phrase, WORDS), want, phrase)

    def test_two_places_at_once_are_no_scene(self):
        self.assertIsNone(score.attributes("in the snow at night", WORDS))
        self.assertEqual([c.right for c in self.score("night", claim("cat", "in the snow at night")).claims], [False])

    def test_a_bug_is_found_by_a_right_claim_that_names_all_of_it(self):
        result = self.score("night", claim("cat", "at night"))
        self.assertEqual((len(result.found), len(result.right), len(result.wrong), result.images), (1, 1, 0, 100))

    def test_a_claim_on_another_label_or_place_finds_nothing(self):
        result = self.score("night", claim("dog", "at night"), claim("cat", "in the snow"))
        self.assertEqual((len(result.found), len(result.wrong)), (0, 2))

    def test_what_is_not_confirmed_is_no_claim(self):
        result = self.score("night", claim("cat", "at night", status="not_confirmed"))
        self.assertEqual((len(result.claims), result.reasons), (0, ["not confirmed"]))

    def test_half_of_an_and_is_right_but_only_partly_finds_it(self):
        result = self.score("both", claim("dog", "dark"))
        self.assertEqual((len(result.right), len(result.found), len(result.partly), result.reasons), (1, 0, 1, ["never asked"]))
        result = self.score("both", claim("dog", "dark"), claim("dog", "dark, in the snow"))
        self.assertEqual((len(result.found), len(result.partly)), (1, 0))

    def test_a_rise_within_delta_is_wrong(self):
        self.assertFalse(score.judged(claim("dog", "dark"), "both", self.truth, delta=0.5).right)
        self.assertTrue(score.judged(claim("dog", "dark"), "both", self.truth, delta=0.3).right)

    def test_a_claim_that_names_nothing_is_wrong(self):
        self.assertEqual(len(self.score("night", claim("cat", "sitting")).wrong), 1)

    def test_an_or_is_right_only_if_each_half_is(self):
        everything = {cell("cat", p, "dark"): [10, 1, 10] for p in PLACES}
        self.truth.classifiers["night"]["cells"].update(everything)
        both, half = self.score("night", claim("cat", "at night or dark")), self.score("night", claim("cat", "at night or in the snow"))
        self.assertEqual((len(both.right), len(both.found)), (1, 1))
        self.assertEqual((len(half.wrong), len(half.found)), (1, 0))
        self.assertEqual(len(self.score("night", claim("cat", "at night or sitting")).wrong), 1)

    def test_passes_is_mirrored(self):
        right = self.score("failing_label", claim("cat", "at night", direction="passes"))
        wrong = self.score("failing_label", claim("cat", "in the snow", direction="passes"))
        self.assertEqual((len(right.right), len(wrong.wrong)), (1, 1))

    def test_passes_finds_no_planted_failure(self):
        self.assertEqual(len(self.score("night", claim("cat", "at night", direction="passes")).found), 0)

    def test_size_is_judged_by_scenes_of_its_own(self):
        self.assertEqual(self.truth.rate("small", "dog", {"size": "small"}), 0.75)
        self.assertEqual(self.truth.rate("small", "dog", {"size": "small", "place": "snow"}), 1)
        self.assertEqual(self.truth.rate("small", "dog", {"colour": "recoloured"}), 0)
        result = self.score("small", claim("dog", "in the distance"), claim("dog", "in odd colours"), claim("dog", "dark"))
        self.assertEqual((len(result.found), len(result.right), len(result.wrong)), (1, 1, 2))

    def test_of_two_variants_at_once_there_are_no_scenes(self):
        self.assertEqual(len(self.score("small", claim("dog", "in the distance, in odd colours")).wrong), 1)

    def test_precision_at_ten_takes_the_most_evidence(self):
        claims = [score.Claim("cat", str(i), "fails", float(i), [], right=i >= 8) for i in range(12)]
        self.assertEqual(score.precision_at(claims), 0.4)
        self.assertEqual(score.precision_at(claims[:4]), 0.0)
        self.assertIsNone(score.precision_at([]))

    def test_the_summary_adds_up(self):
        scores = [
            self.score("night", claim("cat", "at night"), claim("dog", "dark")),
            self.score("both", claim("dog", "dark")),
            self.score("small"),
            self.score("control", claim("cat", "dark")),
            self.score("again"),
        ]
        figures = score.summary(scores)
        self.assertEqual((figures["bugs"], figures["found"], figures["claims"], figures["right"]), (3, 1, 4, 2))
        self.assertEqual((figures["recall"], figures["precision"]), (0.3333, 0.5))
        self.assertEqual((figures["wrong_on_controls"], figures["controls_with_wrong"], figures["controls"]), (1, 1, 2))
        self.assertEqual((figures["images"], figures["images_per_bug"]), (500, 300))
        self.assertEqual(figures["kinds"], {"and": [0, 1, 1], "place": [1, 0, 1], "size": [0, 0, 1]})

    def test_the_page_holds_what_was_found_and_missed(self):
        results = {
            ("scotoma", 500): [
                self.score("night", claim("cat", "at night")),
                self.score("both"),
                self.score("control", claim("cat", "dark")),
            ]
        }
        with tempfile.TemporaryDirectory() as folder:
            page.write(Path(folder), results, self.truth, settings.SEED)
            text, data = (Path(folder) / "planted.md").read_text(), json.loads((Path(folder) / "planted.json").read_text())
        self.assertIn("| 500 | scotoma | 3 | 1 of 2 | 50 % | 2 |", text)
        self.assertIn("| 500 | and | 1 | never asked |", text)
        self.assertIn("dark (1)", text)
        self.assertEqual(data["runs"]["scotoma 500"]["found"], 1)
        self.assertIn("which was run when all had been decided;", text)
        self.assertNotIn("**paper**", text)  # nothing was run of it
        self.assertEqual(data["each"]["scotoma 500"]["control"], [0, 0, 0, 1, 100])

    def test_audits_are_laid_beside_rendered_scenes_by_phrase_group(self):
        audit = lambda rate, low, high: {"failures": round(rate * 20), "valid": 20, "rate": rate, "low": low, "high": high}
        right = {**claim("cat", "at night"), "audit": audit(0.7, 0.5, 0.9)}  # rendered: 1.0
        wrong = {**claim("cat", "dark"), "audit": audit(0.5, 0.3, 0.7)}  # rendered: 0.5, a place of two
        several = {**claim("cat", "dark, at night"), "audit": audit(0.9, 0.8, 1.0)}
        either = {**claim("cat", "dark or at night"), "audit": audit(0.1, 0.0, 0.2)}  # speaks of two things: left out
        text = page.gaps({("scotoma", 500): [self.score("night", right, wrong, several, either, claim("cat", "in the rain"))]})
        self.assertIn("| place | 1 | 20 | 70.0 % | 100.0 % | -30.0 | 30.0 | 1 of 1 | 0 of 1 | -30.0: cat at night, night |", text)
        self.assertIn("| dark | 1 | 20 | 50.0 % | 50.0 % | +0.0 | 0.0 | 0 of 1 | 1 of 1 |", text)
        self.assertIn("| several of these | 1 | 20 | 90.0 % | 100.0 % | -10.0 |", text)
        self.assertIn("| all | 3 | 60 | 70.0 % | 83.3 % | -13.3 | 13.3 | 1 of 3 | 2 of 3 |", text)

    def test_without_audits_nothing_is_laid_beside_anything(self):
        self.assertEqual(page.gaps({("scotoma", 500): [self.score("night", claim("cat", "at night"))]}), "Nothing was audited.")


class Subset(unittest.TestCase):
    def test_its_page_says_what_was_generated_for(self):
        truth = score.Truth(ROOT / "world/planted/truth.json")
        bugs = lambda base, explore: {"bugs": [], "images_spent": {"base": base, "explore": explore, "total": base + explore}}
        names = ["place-cat-snow-resnet", "rain-penguin-rain-vgg", "control-vgg-2"]
        spent = [(10, 100), (20, 300), (1, 2)]
        results = {("paper", 2000): [score.score(n, bugs(*s), {}, truth) for n, s in zip(names, spent)]}
        with tempfile.TemporaryDirectory() as folder:
            page.write(Path(folder), results, truth, settings.SEED, shipped=True)
            text, data = (Path(folder) / "planted-shipped.md").read_text(), json.loads((Path(folder) / "planted-shipped.json").read_text())
            self.assertFalse((Path(folder) / "planted.md").exists())
        self.assertIn("12 classifiers with bugs and 12 without", text)
        self.assertIn("| 2,000 | paper | planted | 15 | 200 | 215 |", text)
        self.assertIn("| 2,000 | paper | controls | 1 | 2 | 3 |", text)
        self.assertIn("14 of the 26 bugs are of one\nclassifier", text)
        self.assertEqual(
            data["runs"]["paper 2000"]["spent"], {"planted": {"base": 15, "explore": 200}, "controls": {"base": 1, "explore": 2}}
        )
        self.assertEqual(data["seed"], settings.SEED)

    def test_costs_are_compared_where_both_found_something(self):
        cost = lambda images, found: {"images_per_bug": images, "found": found}
        figures = {
            ("scotoma", 500): cost(100, 4),
            ("plain", 500): cost(400, 3),
            ("scotoma", 2000): cost(50, 1),
            ("plain", 2000): cost(None, 0),
            ("paper", 8000): cost(9, 9),
        }
        self.assertEqual(page.costs(figures).splitlines()[2:], ["| 500 | plain | 25 % | 4 and 3 |"])
        self.assertEqual(page.costs({}).splitlines()[2:], [])

    def test_nothing_is_said_of_a_seed_that_is_not_true_of_it(self):
        truth = score.Truth(ROOT / "world/planted/truth.json")
        with tempfile.TemporaryDirectory() as folder:
            for seed, shipped, name in (
                (2, True, "planted-shipped"),
                (5, True, "planted-shipped"),
                (5, False, "planted"),
                (3, False, "planted"),
            ):
                page.write(Path(folder), {}, truth, seed, shipped)
                text = (Path(folder) / f"{name}.md").read_text()
                self.assertNotIn("No setting was chosen", text)
                self.assertNotIn("after a first table", text)
                self.assertIn(f"eed {seed}", text)

    def test_the_committed_pages_show_the_committed_figures(self):
        for name in ("planted", "planted-shipped"):
            text, data = (ROOT / f"docs/{name}.md").read_text(), json.loads((ROOT / f"docs/{name}.json").read_text())
            figures = {(run.split()[0], int(run.split()[1])): f for run, f in data["runs"].items()}
            self.assertIn(page.table(figures), text)
            self.assertIn(page.costs(figures), text)
            self.assertIn(f"eed {data['seed']}", text)
        self.assertIn(page.spent(figures), text)

    def test_each_scheme_is_described(self):
        self.assertEqual(list(page.SCHEMES), list(settings.SCHEMES))
        for scheme in settings.SCHEMES.values():
            self.assertEqual(list(scheme["budgets"]), list(settings.BUDGETS))


class Plan(unittest.TestCase):
    def test_there_are_enough_of_each(self):
        planted = [c for c in plan.CLASSIFIERS if c.kind != "control"]
        self.assertGreaterEqual(len(planted), 44)
        self.assertGreaterEqual(len(plan.CLASSIFIERS) - len(planted), 40)
        kinds = {c.kind for c in planted}
        self.assertGreaterEqual(len(kinds), 10)
        for kind in kinds:
            some = [c for c in planted if c.kind == kind]
            self.assertTrue(3 <= len(some) <= 6, kind)
            self.assertGreaterEqual(len({c.architecture for c in some}), 3, kind)

    def test_what_is_planted_is_a_thing_and_a_place_of_this_world(self):
        for c in plan.CLASSIFIERS:
            if c.kind != "control":
                self.assertIn(c.label, settings.LABELS)
                self.assertNotEqual(c.label, c.wrong)

    def test_the_committed_truth_is_of_this_plan(self):
        truth = score.Truth(ROOT / "world/planted/truth.json")
        self.assertEqual(set(truth.classifiers), {c.name for c in plan.CLASSIFIERS})
        self.assertEqual(truth.labels, settings.LABELS)
        for name, one in truth.classifiers.items():
            self.assertEqual(one["kind"], plan.BY_NAME[name].kind)
            for bug in one["bugs"]:
                self.assertGreaterEqual(bug["rate"], 0.5, name)
                self.assertLessEqual(bug["outside"], 0.1, name)
                self.assertAlmostEqual(
                    truth.rate(name, bug["label"], bug["where"]), bug["rate"], delta=0.02, msg=name
                )  # what claims are held against
            if one["kind"] == "control":
                self.assertEqual(one["bugs"], [])
                self.assertLess(
                    max(truth.rate(name, label, {"place": p}) - truth.rate(name, label) for label in truth.labels for p in truth.places),
                    0.1,
                )

    def test_every_listed_phrase_names_one_attribute_of_the_committed_truth(self):
        words = score.Truth(ROOT / "world/planted/truth.json").all["words"]
        named = [
            score.attributes(p["text"] if isinstance(p, dict) else p, words) for p in settings.PLACES + settings.LOOKS + settings.VIEWS
        ]
        self.assertEqual([set(n) for n in named], [{"place"}] * 10 + [{"look"}] * 4 + [{"size"}, {"colour"}])
        self.assertEqual(len({tuple(n.items()) for n in named}), 16)

    def test_the_unseen_are_six_kinds_that_the_other_plan_lacks(self):
        self.assertEqual(len({c.kind for c in plan.UNSEEN}), 6)
        self.assertFalse({c.name for c in plan.UNSEEN} & set(plan.BY_NAME))
        self.assertFalse({c.seed for c in plan.UNSEEN} & {c.seed for c in plan.CLASSIFIERS})
        swapped = [c for c in plan.UNSEEN if c.swapped]
        self.assertEqual([c.mistaken() for c in swapped], [[(c.label, c.wrong), (c.wrong, c.label)] for c in swapped])

    def test_the_shipped_are_there(self):
        for name in plan.SHIPPED:
            self.assertTrue((ROOT / "world/planted" / f"{name}.onnx").exists(), name)


class Studies(unittest.TestCase):
    def test_a_study_is_toml_and_differs_by_scheme_only_where_it_says(self):
        made = {s: tomllib.loads(settings.study("x", s, 2000, Path("/m.onnx"), "/w")) for s in settings.SCHEMES}
        for scheme, study in made.items():
            self.assertEqual(study["budget"]["images"], 2000)
            self.assertEqual(len(study.get("attributes", [])), 0 if scheme in ("paper", "captions") else 3)
            same = lambda one: {k: v for k, v in one.items() if k not in ("name", "search", "evidence", "budget", "attributes")}
            self.assertEqual(same(study), same(made["scotoma"]), scheme)
        self.assertEqual(made["random"]["budget"], made["scotoma"]["budget"])
        for scheme in ("plain", "paper"):
            self.assertNotIn("base_first", made[scheme]["budget"])  # their numbers are fixed
            self.assertEqual(made[scheme]["evidence"]["rule"], "fixed")
        self.assertEqual(made["paper"]["search"]["combine"], 1)
        self.assertEqual([len(made[s]["judge"]["ensemble"]) for s in made], [2] * len(made))

    def test_a_seed_of_ones_own_is_that_of_all_runs(self):
        seed = lambda *more: tomllib.loads(run.Bench(run.arguments(["--shipped", *more])).study("paper", 500, plan.SHIPPED[0]))["seed"]
        self.assertEqual(seed(), settings.SEED)
        self.assertEqual(seed("--seed", "9"), 9)
        self.assertEqual(run.arguments([]).seed, settings.SEED)

    def test_quotes_in_a_path_are_escaped(self):
        study = tomllib.loads(settings.study('a "b"', "plain", 500, Path('/m"\\n.onnx'), "/w"))
        self.assertEqual(study["classifier"]["model"], '/m"\\n.onnx')

    def test_a_run_counts_as_finished_only_with_the_same_study(self):
        with tempfile.TemporaryDirectory() as folder:
            bench = run.Bench(run.arguments(["--out", folder, "--shipped"]))
            name = bench.names[0]
            self.assertFalse(bench.finished("plain", 500, name))
            place = bench.folder("plain", 500, name)
            place.mkdir(parents=True)
            (place / "bugs.json").write_text("{}")
            (place / "study.toml").write_text(bench.study("plain", 500, name))
            self.assertTrue(bench.finished("plain", 500, name))
            (place / "study.toml").write_text(bench.study("plain", 2000, name))
            self.assertFalse(bench.finished("plain", 500, name))

    def test_seeds_and_the_subset_have_folders_of_their_own(self):
        places = {
            run.Bench(run.arguments(["--out", "/x", *more])).folder("plain", 500, plan.SHIPPED[0])
            for more in ([], ["--shipped"], ["--seed", "3"], ["--shipped", "--seed", "2"])
        }
        self.assertEqual(len(places), 4)

    def test_no_page_is_written_of_what_is_not_finished(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            given = ["--page", "--shipped", "--out", folder, "--docs", folder]
            self.assertEqual(run.main(given), "no page was written: 288 runs are not finished")
            self.assertEqual(list(Path(folder).iterdir()), [])

    def test_a_run_of_another_build_is_known_as_such(self):
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "program"
            program.write_text("one build")
            given = ["--out", folder, "--shipped", "--program", str(program)]
            bench = run.Bench(run.arguments(given))
            place = bench.folder("plain", 500, bench.names[0])
            place.mkdir(parents=True)
            self.assertTrue(bench.by_another_build("plain", 500, bench.names[0]))
            (place / "program.sha256").write_text(bench.build)
            self.assertFalse(bench.by_another_build("plain", 500, bench.names[0]))
            program.write_text("another build")
            self.assertTrue(run.Bench(run.arguments(given)).by_another_build("plain", 500, bench.names[0]))

    def test_bad_arguments_are_told(self):
        self.assertIn("not a regular expression", run.main(["--only", "(", "--page"]))
        self.assertIn("no classifier is called", run.main(["--only", "unicorn", "--page"]))
        self.assertIn("not built", run.main(["--program", "/nowhere"]))


if __name__ == "__main__":
    unittest.main()
