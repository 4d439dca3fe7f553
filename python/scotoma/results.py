# SPDX-License-Identifier: Apache-2.0
"""What a study found. A folder of results is all that is needed: neither models nor the study file."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, overload

from scotoma import _native
from scotoma._words import in_python
from scotoma.errors import InputError, RunError
from scotoma.image_store import ImagesPlace, ImageStore, store_of
from scotoma.records import Cause, Certificate, Hypothesis, Label, certificate_of, columns_of, hypothesis_of, label_of, row_of

if TYPE_CHECKING:
    import pandas
    import PIL.Image

Part = Literal["audit", "audit_base", "confirm", "baseline"]

PARTS: tuple[Part, ...] = ("audit", "audit_base", "confirm")

AT_ONCE = 256  # images that are copied


@dataclasses.dataclass(frozen=True)
class Example:
    """One generated image, and what the models said of it."""

    id: str  # of the image: SHA-256 over its size and pixels
    prompt: str
    seed: int
    predicted: str
    probability: float
    valid: bool
    failed: bool
    _finished: _native.Finished = dataclasses.field(repr=False, compare=False)

    @property
    def path(self) -> Path:
        """A file of this machine. Where images stand elsewhere it is fetched now, into a folder that keeps those used last."""
        return Path(self._finished.path(self.id))

    @property
    def png(self) -> bytes:
        """The image's PNG file, read when it is asked for and compared with its name."""
        return self._finished.png(self.id)

    @property
    def image(self) -> PIL.Image.Image:
        """Read when it is asked for."""
        try:
            import PIL.Image
        except ImportError as error:
            raise ImportError("images are given as PIL's: pip install pillow") from error
        with PIL.Image.open(io.BytesIO(self.png)) as image:
            return image.convert("RGB")

    def _repr_png_(self) -> bytes:
        return self.png


class Examples(Sequence[Example]):
    """Images of a hypothesis or a label, each read when it is looked at."""

    def __init__(self, examples: list[Example]) -> None:
        self._examples = examples

    def __len__(self) -> int:
        return len(self._examples)

    @overload
    def __getitem__(self, index: int) -> Example: ...
    @overload
    def __getitem__(self, index: slice) -> Examples: ...
    def __getitem__(self, index: int | slice) -> Example | Examples:
        return Examples(self._examples[index]) if isinstance(index, slice) else self._examples[index]

    def __iter__(self) -> Iterator[Example]:
        return iter(self._examples)

    def __repr__(self) -> str:
        return f"<{len(self)} images>"

    def failing(self) -> Examples:
        """Valid images that fail."""
        return Examples([example for example in self if example.valid and example.failed])

    def passing(self) -> Examples:
        """Valid images that pass."""
        return Examples([example for example in self if example.valid and not example.failed])

    def _repr_html_(self) -> str:
        from scotoma._html import examples_html

        return examples_html(self)


class Results:
    """What a study found. ``json`` is all of bugs.json (docs/bugs-json.md); ``certificate``, of a study that asks for one, which phrases
    are certified not to matter."""

    def __init__(self, folder: Path, finished: _native.Finished, store: ImageStore | None, cache: Path) -> None:
        self.folder = folder
        self._finished = finished
        self._store = store
        self._cache = cache
        self.json: dict[str, Any] = _read_json(folder / "bugs.json")
        self.hypotheses = [hypothesis_of(fields) for fields in self.json["bugs"]]
        by_id = {hypothesis.id: hypothesis for hypothesis in self.hypotheses}
        self.causes = [
            Cause(c["id"], c["phrase"], c["predicted"], c["sentence"], c["labels"], [by_id[b] for b in c["bugs"]], c["reaches"])
            for c in self.json["causes"]
        ]
        self.labels = [label_of(fields) for fields in self.json["labels"]]
        certificate = self.json.get("certificate")
        self.certificate: Certificate | None = None if certificate is None else certificate_of(certificate)

    @property
    def name(self) -> str:
        """The study's name."""
        return cast(str, self.json["study"])

    @property
    def summary(self) -> str:
        """What was found, counted, in a sentence."""
        return cast(str, self.json["findings"]["sentence"])

    @property
    def bugs(self) -> list[Hypothesis]:
        """Hypotheses that were confirmed: the label fails under the phrase."""
        return [h for h in self.hypotheses if h.status == "confirmed" and h.direction == "fails"]

    @property
    def exceptions(self) -> list[Hypothesis]:
        """Phrases under which a label that fails systematically passes."""
        return [h for h in self.hypotheses if h.status == "confirmed" and h.direction == "passes"]

    @property
    def systematic_failures(self) -> list[Label]:
        """Labels whose baseline failure rate is itself the finding."""
        failing = {failure["label"] for failure in self.json["systematic_failures"]}
        return [label for label in self.labels if label.label in failing]

    @property
    def class_names(self) -> list[str]:
        """All classes of the classifier, in its order."""
        return self._finished.class_names

    @property
    def doubts(self) -> list[str]:
        """What makes all figures doubtful; mostly empty."""
        return cast("list[str]", self.json.get("doubts", []))

    @property
    def limits(self) -> list[str]:
        """What the study could not do."""
        return cast("list[str]", self.json["limits"])

    def images(self, of: Hypothesis | Label | str, part: Part | None = None) -> Examples:
        """Images of a hypothesis or of a label, the order generated. ``part``: of the "audit" (unless given, with "confirm" where
        there was none), its base prompt "audit_base", "confirm"; of a label "baseline"."""
        if not isinstance(of, str | Hypothesis | Label):
            raise InputError(
                f"images() are of a hypothesis, a label or an id, not of a {type(of).__name__}; of a cause take those of its bugs"
            )
        if part is not None and not isinstance(part, str):
            raise InputError(f"part is {part!r}; these are: {', '.join(PARTS)}, and of a label baseline")
        key = of if isinstance(of, str) else of.id if isinstance(of, Hypothesis) else of.label
        rows = self._finished.samples(key, part or ("baseline" if isinstance(of, Label) else ""))
        return Examples([Example(*row, self._finished) for row in rows])

    def to_pandas(self, of: Literal["hypotheses", "bugs", "labels", "images"] = "hypotheses") -> pandas.DataFrame:
        """A row a hypothesis, bug, label, or image of a confirmed hypothesis' audit. ``path`` of an image is its file; its URL where the
        images stand elsewhere."""
        try:
            import pandas
        except ImportError as error:
            raise ImportError("to_pandas() needs pandas: pip install pandas") from error
        if of == "images":
            confirmed = self.bugs + self.exceptions
            columns = ["id", "label", "phrase", "path", "prompt", "seed", "predicted", "probability", "valid", "failed"]
            return pandas.DataFrame(
                [{"id": h.id, "label": h.label, "phrase": h.phrase} | self._image_row(e) for h in confirmed for e in self.images(h)],
                columns=columns,
            )
        tables: dict[str, Sequence[Hypothesis | Label]] = {"hypotheses": self.hypotheses, "bugs": self.bugs, "labels": self.labels}
        if of not in tables:
            raise InputError(f"to_pandas({of!r}): there are tables of: hypotheses, bugs, labels, images")
        return pandas.DataFrame([row_of(record) for record in tables[of]], columns=columns_of(Label if of == "labels" else Hypothesis))

    def _image_row(self, example: Example) -> dict[str, Any]:
        path = example.path if self._store is None else self._store.url_of(example.id)
        return {"path": path} | {key: getattr(example, key) for key in ("prompt", "seed", "predicted", "probability", "valid", "failed")}

    def report(self, *, anew: bool = False) -> Path:
        """The page with everything, report.html. ``anew``, or where it is not there: written once more beside bugs.json, as
        ``scotoma report`` does, with a person's answers that came since; images that stand elsewhere are read from there."""
        page = self.folder / "report.html"
        if anew or not page.exists():
            _native.report(str(self.folder), "" if self._cache == self.folder else str(self._cache), self._store)
        return page

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Copies the results, with the images they name, into a folder that is not there yet or empty. The cache stays where it is, and
        so does a store of images, which the copy does not need."""
        to = Path(folder)
        try:
            if to.exists() and (not to.is_dir() or any(to.iterdir())):
                raise InputError(f"{to}: is there and not empty; choose another folder")
            to.absolute().parent.mkdir(parents=True, exist_ok=True)
            aside = Path(tempfile.mkdtemp(prefix=f"{to.name}.partial-", dir=to.absolute().parent))
        except OSError as error:
            raise InputError(f"{to}: cannot be made ({error.strerror}); choose another folder") from error
        try:
            self._copy_into(aside)
            if to.exists():
                to.rmdir()
            aside.chmod(0o755)
            aside.rename(to)
        except OSError as error:
            raise RunError(f"{error.filename or to}: {error.strerror}; the results are not saved") from error
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        return to

    def _copy_into(self, folder: Path) -> None:
        for name in ("bugs.json", "study.json", "run.json", "findings.sqlite", "transfer.json", "report.html"):
            if (self.folder / name).exists():
                shutil.copy2(self.folder / name, folder / name)
        self._copy_images(folder, [h.id for h in self.hypotheses] + [label.label for label in self.labels], PARTS)

    def _certificate_images(self) -> set[str]:
        """Ids of the images that the certificate names: a file is called by its image."""
        cells = self.certificate.cells if self.certificate else []
        return {Path(name).stem for cell in cells for name in cell.fields["examples"]}

    def _copy_images(self, to: Path, keys: list[str], parts: Sequence[Part] = ()) -> None:
        """Images of hypotheses and labels; of hypotheses also of these parts."""
        rows = [row for key in keys for row in self._finished.samples(key, "")]
        rows += [row for h in self.hypotheses if h.id in keys for part in parts for row in self._finished.samples(h.id, part)]
        ids = sorted({row[0] for row in rows} | (self._certificate_images() if parts else set()))
        for first in range(0, len(ids), AT_ONCE):
            part = ids[first : first + AT_ONCE]
            self._finished.fetch(part)
            for image in part:
                target = to / "images" / image[:2] / f"{image}.png"
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(self._finished.png(image))

    def export(self, to: str | os.PathLike[str], format: str = "imagefolder", **options: Any) -> Path:  # noqa: A002  (the option's name)
        """Writes the findings as a dataset, as ``scotoma export`` does; ``options`` are its options: ``test=0.3``, ``images="valid"``."""
        words = ["--quiet", "--format", format, "--to", os.fspath(to)]
        for key, value in options.items():
            for one in value if isinstance(value, list | tuple) else [value] if value is not None else []:
                named = one.id if isinstance(one, Hypothesis | Cause) else one
                words += [f"--{key.replace('_', '-')}", str(named)]
        if self._store is None:
            _run_program(["export", str(self.folder), "--cache", str(self._cache), *words])
            return Path(to)
        with tempfile.TemporaryDirectory(prefix="scotoma-export-") as beside:
            _run_program(["export", str(self._with_images(Path(beside))), *words])
        return Path(to)

    def _with_images(self, folder: Path) -> Path:
        """The results with the images that an export may ask for, as the command line reads them."""
        for name in ("bugs.json", "study.json", "findings.sqlite"):
            if (self.folder / name).exists():
                shutil.copy2(self.folder / name, folder / name)
        if (self._cache / "cache.sqlite").exists():  # it has a person's answers
            (folder / "cache.sqlite").symlink_to((self._cache / "cache.sqlite").resolve())
        self._copy_images(folder, [h.id for h in self.bugs + self.exceptions] + [label.label for label in self.systematic_failures])
        return folder

    def plot_rates(self, **options: Any) -> Any:
        """Failure rates of confirmed hypotheses with 95 % intervals, beside the base prompt's; a matplotlib figure."""
        from scotoma._plots import plot_rates

        return plot_rates(self, **options)

    def plot_evidence(self, of: Hypothesis | str | None = None, **options: Any) -> Any:
        """How the evidence grew with each image of confirmation; of all confirmed hypotheses unless one is given."""
        from scotoma._plots import plot_evidence

        return plot_evidence(self, of, **options)

    def plot_cross_check(self, **options: Any) -> Any:
        """What confirmed phrases do to the other labels: phrases by labels."""
        from scotoma._plots import plot_cross_check

        return plot_cross_check(self, **options)

    def __repr__(self) -> str:
        return f"<scotoma.Results {self.name!r}: {self.summary}>"

    def _repr_html_(self) -> str:
        from scotoma._html import results_html

        return results_html(self)


def _read_json(file: Path) -> dict[str, Any]:
    try:
        return cast("dict[str, Any]", json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise InputError(f"{file}: missing or damaged ({error}); run the study again, which asks no model anew") from error


def _run_program(arguments: list[str]) -> str:
    """The command line, in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "scotoma", *arguments], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return done.stdout
    message = done.stderr.strip().removeprefix("scotoma: ").removesuffix("\nRun with --help for more information.")
    raise (InputError if done.returncode == 2 else RunError)(in_python(message))


def open_results(folder: str | os.PathLike[str], cache: str | os.PathLike[str] = "", images: ImagesPlace | None = None) -> Results:
    """The results in a folder. ``cache``: where the study's answers stand, if not there. ``images``: where the study's images are kept,
    as ``Study.find`` was given it. Raises InputError where there are no results, or where they are damaged."""
    place = Path(folder).absolute()
    answers = os.path.abspath(cache) if os.fspath(cache) else ""
    store = store_of(images)
    return Results(place, _native.open_finished(str(place), answers, store), store, Path(answers or place))
