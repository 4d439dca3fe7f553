# SPDX-License-Identifier: Apache-2.0
"""Findings as a run of MLflow's: settings as parameters, counts and rates as metrics, the report and images as artifacts.
`pip install scotoma[mlflow]`"""

from __future__ import annotations

from typing import Any

from scotoma.results import Results

SHOWN = 8  # images of a bug
LONGEST = 500  # characters of a parameter, which MLflow limits


def log(results: Results, *, run_name: str | None = None, images: int = SHOWN) -> str:
    """Logs results into the active run, or into a run of their own; gives its id. Where runs go MLflow decides
    (``mlflow.set_tracking_uri``, ``mlflow.set_experiment``).

    Metrics: ``bugs``, ``causes``, ``systematic_failures``, ``images``, and for each bug ``rate/ID``, ``rate_low/ID``, ``rate_high/ID``,
    of each label ``base_rate/LABEL``. ``images``: of each bug, at most, as artifacts beside report.html and bugs.json."""
    try:
        import mlflow
    except ImportError as error:
        raise ImportError("logging to MLflow needs it: pip install scotoma[mlflow]") from error
    client: Any = mlflow
    active = client.active_run()
    if active is not None:
        _log(client, results, images)
        return str(active.info.run_id)
    with client.start_run(run_name=run_name or results.name) as run:
        _log(client, results, images)
        return str(run.info.run_id)


def _log(mlflow: Any, results: Results, images: int) -> None:
    mlflow.set_tags({"scotoma.study": results.name, "scotoma.summary": results.summary})
    mlflow.log_params(_params(results))
    mlflow.log_metrics(_metrics(results))
    for name in ("report.html", "bugs.json", "study.json"):
        mlflow.log_artifact(str(results.folder / name), artifact_path="scotoma")
    for bug in results.bugs + results.exceptions:
        for example in results.images(bug)[:images]:
            mlflow.log_artifact(str(example.path), artifact_path=f"scotoma/images/{bug.id}")


def _params(results: Results) -> dict[str, str]:
    """The study's settings, by their keys: MLflow takes no parameter twice, and no long ones."""
    params = {"seed": str(results.json["seed"])}
    for table, values in results.json["settings"].items():
        pairs = values.items() if isinstance(values, dict) else [("", values)]
        for key, value in pairs:
            params[_key(f"{table}.{key}".rstrip("."))] = str(value)[:LONGEST]
    for role, fingerprint in results.json["fingerprints"].items():
        params[f"fingerprint.{role}"] = fingerprint
    return params


def _metrics(results: Results) -> dict[str, float]:
    found = results.json["findings"]
    metrics = {key: float(found[key]) for key in ("bugs", "causes", "systematic_failures", "exceptions", "hypotheses")}
    metrics["images"] = float(results.json["images_spent"]["total"])
    for bug in results.bugs + results.exceptions:
        metrics |= {
            _key(f"rate/{bug.id}"): bug.rate.rate,
            _key(f"rate_low/{bug.id}"): bug.rate.low,
            _key(f"rate_high/{bug.id}"): bug.rate.high,
        }
    return metrics | {_key(f"base_rate/{label.label}"): label.base.rate for label in results.labels}


def _key(text: str) -> str:
    """Letters, digits and what else MLflow takes in keys; others become hyphens."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-. /:") else "-" for c in text)[:250]
