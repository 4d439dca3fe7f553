# SPDX-License-Identifier: Apache-2.0
"""Findings as Parquet files with the images inside: what the Hugging Face hub shows and streams, and what pandas, DuckDB and Spark
read. `pip install scotoma[parquet]`"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scotoma.errors import InputError
from scotoma.results import Results

if TYPE_CHECKING:
    import pyarrow

ROW_GROUP = 100  # images: what a reader of one image has to read, as the hub's own files have them


def export(results: Results, to: str | os.PathLike[str], *, shard_size: int = 256, **options: Any) -> Path:
    """Writes ``data/train-00000-of-00002.parquet`` and so on into the folder ``to``, which must be new or empty. Rows and columns are
    those of docs/export.md ("What is known of each image"), with ``image`` (bytes and name) in the place of ``file_name``.

    ``shard_size``: megabytes of images a file, at most, unless one image alone is larger. ``options``: of ``scotoma export``: ``test``,
    ``images``, ``bug``, ``per_bug``. The same results and options give the same bytes with one version of pyarrow. Raises InputError
    where there is nothing to export or ``to`` holds something."""
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise ImportError("Parquet files need pyarrow: pip install scotoma[parquet]") from error
    if shard_size < 1:
        raise InputError(f"shard_size is {shard_size}; it must be at least 1 (megabyte)")
    target = Path(to)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{target}: is there and not empty; choose another folder")
    target.absolute().parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f"{target.name}.partial-", dir=target.absolute().parent))
    try:
        rows = aside / "rows"
        results.export(rows, format="jsonl", **options)
        whole = aside / "whole"
        (whole / "data").mkdir(parents=True)
        sides: dict[str, list[dict[str, Any]]] = {"train": [], "test": []}
        for line in (rows / "images.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            sides[row["split"]].append(row)
        for side, members in sides.items():
            shards = list(_shards(rows, members, shard_size * 1_000_000))
            for number, shard in enumerate(shards):
                file = whole / "data" / f"{side}-{number:05}-of-{len(shards):05}.parquet"
                parquet.write_table(_table(rows, shard), file, row_group_size=ROW_GROUP, compression="snappy")
        for name in ("dataset.json", "README.md"):
            shutil.copyfile(rows / name, whole / name)
        _name_files(whole / "README.md", [side for side, members in sides.items() if members])
        if target.exists():
            target.rmdir()
        whole.chmod(0o755)
        whole.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return target


def _shards(folder: Path, rows: list[dict[str, Any]], most: int) -> Iterator[list[dict[str, Any]]]:
    shard: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        own = (folder / row["file_name"]).stat().st_size
        if shard and size + own > most:
            yield shard
            shard, size = [], 0
        shard.append(row)
        size += own
    if shard:
        yield shard


def _table(folder: Path, rows: list[dict[str, Any]]) -> pyarrow.Table:
    """With what `datasets` needs to know that `image` is one."""
    import pyarrow as pa

    def image(row: dict[str, Any]) -> dict[str, Any]:
        return {"bytes": (folder / row["file_name"]).read_bytes(), "path": Path(row["file_name"]).name}

    types = {str: pa.string(), bool: pa.bool_(), int: pa.int64(), float: pa.float64()}
    names = {str: "string", bool: "bool", int: "int64", float: "float64"}
    columns = [key for key in rows[0] if key not in ("file_name", "split")]
    kinds = {key: float if key in ("score", "judge_score") else type(rows[0][key]) for key in columns}
    fields = [pa.field("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())]))]
    fields += [pa.field(key, types[kinds[key]]) for key in columns]
    features: dict[str, Any] = {"image": {"_type": "Image"}}
    features |= {key: {"dtype": names[kinds[key]], "_type": "Value"} for key in columns}
    schema = pa.schema(fields, metadata={"huggingface": json.dumps({"info": {"features": features}})})
    arrays = [pa.array([image(row) for row in rows], fields[0].type)]
    arrays += [pa.array([kinds[key](row[key]) for row in rows], types[kinds[key]]) for key in columns]
    return pa.Table.from_arrays(arrays, schema=schema)


def _name_files(card: Path, sides: list[str]) -> None:
    """The card's YAML says which files are which split; its other words stay."""
    text = card.read_text(encoding="utf-8")
    head, yaml, rest = text.split("---\n", 2)
    kept = []
    skipping = False
    for line in yaml.splitlines():
        if line.startswith("configs:"):
            skipping = True
        elif skipping and not line.startswith((" ", "-")):
            skipping = False
        if not skipping:
            kept.append(line)
    files = [line for side in sides for line in (f"  - split: {side}", f"    path: data/{side}-*.parquet")]
    yaml = "\n".join([*kept, "configs:", "- config_name: default", "  data_files:", *files]) + "\n"
    card.write_text(f"{head}---\n{yaml}---\n{rest}", encoding="utf-8")
