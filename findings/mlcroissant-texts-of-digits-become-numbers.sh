#!/usr/bin/env bash
# mlcroissant 1.1.1 lets pandas guess the types of columns in CSV and JSON lines, and makes text again of what it guessed where the dataset
# says sc:Text. What a text loses as a number is gone: leading zeros of ZIP codes, phone numbers and class names; "1e3" is "1000.0" and
# "007" beside it "7.0". In JSON lines, too, where quotes say that it is text. One value in the column that is no number, and all stay.
#
# Seen: "01069" and "02134" come as b"1069" and b"2134"; "1e3" and "007" as b"1000.0" and b"7.0"; "01069" beside "none" as b"01069".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mlcroissant==1.1.1 pandas==3.1.1
cd "$folder"
CROISSANT_CACHE="$folder/cache" venv/bin/python 2>/dev/null - <<'PYTHON'
import hashlib
import json
from importlib.metadata import version

import mlcroissant

ROWS = [{"zip": "01069", "code": "1e3", "mixed": "01069"}, {"zip": "02134", "code": "007", "mixed": "none"}]
TERMS = "column extract field fileObject recordSet source".split()
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "sc": "https://schema.org/",
    "conformsTo": "http://purl.org/dc/terms/conformsTo",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    **{term: f"cr:{term}" for term in TERMS},
}


def records(name, encoding, text):
    """What mlcroissant makes of a file whose columns are all declared as text."""
    with open(name, "w") as file:
        file.write(text)
    rows = {
        "@type": "cr:FileObject",
        "@id": "rows",
        "name": "rows",
        "contentUrl": name,
        "encodingFormat": encoding,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"r/{column}",
            "name": column,
            "dataType": "sc:Text",
            "source": {"fileObject": {"@id": "rows"}, "extract": {"column": column}},
        }
        for column in ROWS[0]
    ]
    about = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": "d",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "distribution": [rows],
        "recordSet": [{"@type": "cr:RecordSet", "@id": "r", "name": "r", "field": fields}],
    }
    with open("croissant.json", "w") as file:
        json.dump(about, file)
    return [tuple(row.values()) for row in mlcroissant.Dataset("croissant.json").records("r")]


print("mlcroissant", version("mlcroissant"), "pandas", version("pandas"))
lines = records("rows.jsonl", "application/jsonlines", "".join(json.dumps(row) + "\n" for row in ROWS))
table = records("rows.csv", "text/csv", "\n".join(",".join(row) for row in [ROWS[0].keys(), *(row.values() for row in ROWS)]) + "\n")
print("JSON lines", lines)
print("CSV       ", table)
seen = [(b"1069", b"1000.0", b"01069"), (b"2134", b"7.0", b"none")]
if not lines == table == seen:
    print("the behaviour has changed")
    raise SystemExit(1)
PYTHON
