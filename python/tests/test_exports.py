# SPDX-License-Identifier: Apache-2.0
"""Exports of the package, read back by their readers."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

import scotoma


def test_parquet_holds_images_and_rows(finished: scotoma.Results, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    import PIL.Image

    from scotoma.parquet import export

    folder = export(finished, tmp_path / "parquet", test=0.3)
    rows = [row for file in sorted((folder / "data").iterdir()) for row in parquet.read_table(file).to_pylist()]
    finished.export(tmp_path / "jsonl", format="jsonl", test=0.3)
    lines = [json.loads(line) for line in (tmp_path / "jsonl" / "images.jsonl").read_text().splitlines()]
    assert len(rows) == len(lines) == finished.bugs[0].rate.failures
    by_id = {line["image_id"]: line for line in lines}
    for row in rows:
        line = by_id[row["image_id"]]
        assert {key: row[key] for key in line if key not in ("file_name", "split")} == {
            key: value for key, value in line.items() if key not in ("file_name", "split")
        }
        with PIL.Image.open(io.BytesIO(row["image"]["bytes"])) as image, PIL.Image.open(tmp_path / "jsonl" / line["file_name"]) as other:
            assert image.tobytes() == other.tobytes()
    assert "path: data/train-*.parquet" in (folder / "README.md").read_text()
    again = export(finished, tmp_path / "again", test=0.3)
    assert [f.read_bytes() for f in sorted(again.rglob("*.parquet"))] == [f.read_bytes() for f in sorted(folder.rglob("*.parquet"))]
    with pytest.raises(scotoma.InputError, match="not empty"):
        export(finished, folder)
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_parquet_of_small_shards(finished: scotoma.Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    from scotoma import parquet as ours

    monkeypatch.setattr(ours, "_shards", lambda folder, rows, most: ([row] for row in rows))
    folder = ours.export(finished, tmp_path / "many", test=0)
    files = sorted((folder / "data").iterdir())
    assert len(files) == finished.bugs[0].rate.failures
    assert files[0].name == f"train-00000-of-{len(files):05}.parquet" and parquet.read_table(files[0]).num_rows == 1


def test_the_command_writes_parquet(finished: scotoma.Results, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow.parquet")
    command = [sys.executable, "-m", "scotoma", "export", str(finished.folder), "--format", "parquet"]
    done = subprocess.run([*command, "--to", str(tmp_path / "x"), "--bug", "fly-on-a-flower"], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.startswith("2 files: "), done.stderr
    wrong = subprocess.run([*command, "--to", str(tmp_path / "x")], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2 and "not empty" in wrong.stderr
    nothing = subprocess.run([*command, "--to", str(tmp_path / "y"), "--bug", "x"], capture_output=True, text=True, check=False)
    assert nothing.returncode == 2 and "x" in nothing.stderr and not (tmp_path / "y").exists()


def test_mlflow_is_logged_to_a_folder(finished: scotoma.Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")  # MLflow 3.17 refuses folders otherwise, and its small package has no database
    mlflow = pytest.importorskip("mlflow")
    from scotoma.mlflow import log

    mlflow.set_tracking_uri((tmp_path / "mlruns").as_uri())
    mlflow.set_experiment("blind spots")
    run = mlflow.get_run(log(finished))
    assert run.data.metrics["bugs"] == 1 and run.data.metrics["rate/fly-on-a-flower"] == finished.bugs[0].rate.rate
    assert run.data.params["budget.images"] == "1200" and run.data.tags["scotoma.summary"] == finished.summary
    with mlflow.start_run() as active:
        assert log(finished) == active.info.run_id
    files = {path.name for path in (tmp_path / "mlruns").rglob("artifacts/scotoma/**/*") if path.is_file()}
    assert {"report.html", "bugs.json"} <= files and sum(name.endswith(".png") for name in files) == 8
