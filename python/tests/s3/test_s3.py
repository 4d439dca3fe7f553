# SPDX-License-Identifier: Apache-2.0
"""Images in a bucket: moto's server on loopback, which speaks S3, and s3fs. `./dev s3`; `-s` shows what it measures."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from conftest import World, small_study
from moto.server import ThreadedMotoServer

import scotoma

BUCKET = "studies"
URL = f"s3://{BUCKET}/flies/first"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Its URL."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    process = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    process.start()
    host, port = process.get_host_and_port()
    yield f"http://{host}:{port}"
    process.stop()


@pytest.fixture
def s3(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of a server that holds one empty bucket. s3fs finds server and credentials as its users have them: in the environment."""
    for key, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": server,
        "XDG_CACHE_HOME": str(tmp_path / "machine"),
    }.items():
        monkeypatch.setenv(key, value)
    urllib.request.urlopen(urllib.request.Request(f"{server}/moto-api/reset", method="POST")).close()
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    return client


def keys(s3: Any) -> set[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    return {entry["Key"] for page in pages for entry in page.get("Contents", [])}


def requests_of(server: str) -> list[str]:
    """What the server was asked: "PUT", "GET list" and so on."""
    with urllib.request.urlopen(f"{server}/moto-api/recorder/download-recording") as answer:
        lines = [json.loads(line) for line in answer.read().splitlines()]
    return [line["method"] + (" list" if "list-type" in line["url"] else "") for line in lines]


def images_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in (folder / "images").rglob("*.png")}


def same_results(one: Path, other: Path) -> None:
    for name in ("bugs.json", "report.html", "findings.sqlite"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_a_bucket_holds_the_images_and_the_results_are_the_same(finished: scotoma.Results, s3: Any, tmp_path: Path) -> None:
    begin = time.monotonic()
    results = small_study().find(out=tmp_path / "out", images=URL)
    print(f"\n{time.monotonic() - begin:.1f} s with a bucket")
    same_results(results.folder, finished.folder)
    names = {f"flies/first/{name}" for name in images_of(finished.folder)}
    assert keys(s3) == names | {"flies/first/scotoma.txt"}
    world = World()
    small_study(generator=world).find(out=tmp_path / "out", images=URL)
    assert world.calls == 0


def test_one_request_an_image_and_few_beside(server: str, s3: Any, tmp_path: Path) -> None:
    def asked(work: Any) -> list[str]:
        for verb in ("reset-recording", "start-recording"):
            urllib.request.urlopen(urllib.request.Request(f"{server}/moto-api/recorder/{verb}", method="POST")).close()
        work()
        urllib.request.urlopen(urllib.request.Request(f"{server}/moto-api/recorder/stop-recording", method="POST")).close()
        return requests_of(server)

    def run() -> None:
        small_study().find(out=tmp_path / "out", images=URL)

    first = asked(run)
    images = len(keys(s3)) - 1
    counts = {kind: first.count(kind) for kind in sorted(set(first))}
    print(f"\n{images} images: {counts}")
    assert counts["PUT"] == images + 1 and len(first) - counts["PUT"] <= 10
    again = asked(run)
    print(f"again: { {kind: again.count(kind) for kind in sorted(set(again))} }")
    assert "PUT" not in again and len(again) <= 10


def test_results_open_on_another_machine(finished: scotoma.Results, s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    small_study().find(out=out, images=URL)
    there = tmp_path / "there"
    shutil.copytree(out, there, ignore=shutil.ignore_patterns("images", "cache.sqlite*"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another machine"))
    results = scotoma.open(there, images=URL)
    begin = time.monotonic()
    assert [e.png for e in results.images(results.bugs[0])] == [e.png for e in finished.images(finished.bugs[0])]
    results.save(tmp_path / "copy")
    results.export(tmp_path / "dataset", test=0.3)
    print(f"\n{time.monotonic() - begin:.1f} s to look at {len(results.images(results.bugs[0]))} images, save and export")
    assert len(list((tmp_path / "dataset").rglob("*.png"))) == results.bugs[0].rate.failures


def test_an_object_that_was_deleted_is_generated_anew(finished: scotoma.Results, s3: Any, tmp_path: Path) -> None:
    small_study().find(out=tmp_path / "out", images=URL)
    there = keys(s3)
    lost = sorted(there)[7]
    s3.delete_object(Bucket=BUCKET, Key=lost)
    small_study().find(out=tmp_path / "out", images=URL)
    assert keys(s3) == there
    same_results(tmp_path / "out", finished.folder)


def test_no_bucket_is_an_error_before_anything_is_generated(s3: Any, tmp_path: Path) -> None:
    world = World()
    with pytest.raises(scotoma.RunError, match=r"bucket does not exist.*make the bucket or folder, or correct the URL"):
        small_study(generator=world).find(out=tmp_path / "out", images="s3://nobody/flies")
    assert world.calls == 0
    small_study().find(out=tmp_path / "out", images=URL)  # the right one, then


def test_a_server_that_is_gone_is_an_error_and_what_was_generated_stays(
    finished: scotoma.Results, s3: Any, server: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    small_study().find(out=out, images=URL)
    world = World()
    gone = scotoma.ImageStore(URL, endpoint_url="http://127.0.0.1:9", config_kwargs={"retries": {"max_attempts": 0}})
    begin = time.monotonic()
    with pytest.raises(scotoma.RunError, match=r"could not \w+ 4 times .*mend that and run again"):
        small_study(generator=world).find(out=out, images=gone)
    print(f"\n{time.monotonic() - begin:.1f} s until it was given up")
    assert world.calls == 0
    small_study(generator=world).find(out=out, images=URL)
    assert world.calls == 0
    same_results(out, finished.folder)


def test_killed_midway_nothing_is_lost(finished: scotoma.Results, s3: Any, tmp_path: Path) -> None:
    program = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})
import time
from conftest import World, small_study
class Telling(World):
    def generate(self, prompts, seeds):
        time.sleep(0.05)
        print("batch", flush=True)
        return super().generate(prompts, seeds)
small_study(generator=Telling()).find(out={str(tmp_path / "out")!r}, images={URL!r})
"""
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert child.stdout is not None
    for _ in range(20):
        child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=60)
    before = keys(s3)
    assert len(before) > 30
    small_study().find(out=tmp_path / "out", images=URL)
    assert before < keys(s3)
    same_results(tmp_path / "out", finished.folder)
    assert not [key for key in keys(s3) if not re.fullmatch(r"flies/first/(scotoma\.txt|images/../[0-9a-f]{64}\.png)", key)]
