#!/usr/bin/env bash
# mlcroissant 1.1.1 keeps what it took out of an archive under a hash of the archive's contentUrl alone. Of a local dataset that is a file
# name such as "images.tar". A second dataset elsewhere, whose archive has the same name, gets the members of the first: other images under
# its own labels, without a word, although its croissant.json has the right sha256, and that is even checked (of the archive that is then
# not read). So does the same dataset after its archive was written anew.
#
# Seen: folders red and blue, each with images.tar and its checksum: red gives (255, 0, 0), blue after it (255, 0, 0), too; with a cache of
# its own (CROISSANT_CACHE) blue gives (0, 0, 255).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mlcroissant==1.1.1 pandas==3.1.1 pillow==13.0.0
cd "$folder"
cat >describe.py <<'PYTHON'
import hashlib
import json
import os
import tarfile

from PIL import Image

TERMS = "citeAs column conformsTo extract field fileProperty fileObject fileSet includes recordSet source".split()
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "sc": "https://schema.org/",
    "dct": "http://purl.org/dc/terms/",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    **{term: f"cr:{term}" for term in TERMS},
    "conformsTo": "dct:conformsTo",
}
for colour, pixel in (("red", (255, 0, 0)), ("blue", (0, 0, 255))):
    os.makedirs(colour)
    Image.new("RGB", (2, 2), pixel).save("0.png")
    with tarfile.open(f"{colour}/images.tar", "w") as archive:
        archive.add("0.png")
    with open(f"{colour}/images.tar", "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    tar = {
        "@type": "cr:FileObject",
        "@id": "tar",
        "name": "tar",
        "contentUrl": "images.tar",
        "encodingFormat": "application/x-tar",
        "sha256": digest,
    }
    files = {
        "@type": "cr:FileSet",
        "@id": "files",
        "name": "files",
        "containedIn": {"@id": "tar"},
        "encodingFormat": "image/png",
        "includes": "*.png",
    }
    image = {
        "@type": "cr:Field",
        "@id": "rows/image",
        "name": "image",
        "dataType": "sc:ImageObject",
        "source": {"fileSet": {"@id": "files"}, "extract": {"fileProperty": "content"}},
    }
    about = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": colour,
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "distribution": [tar, files],
        "recordSet": [{"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": [image]}],
    }
    with open(f"{colour}/croissant.json", "w") as file:
        json.dump(about, file)
PYTHON
cat >read.py <<'PYTHON'
import sys
from importlib.metadata import version

import mlcroissant

(row,) = mlcroissant.Dataset(sys.argv[1] + "/croissant.json").records("rows")
print("mlcroissant", version("mlcroissant"), sys.argv[1], row["rows/image"].convert("RGB").getpixel((0, 0)))
PYTHON
venv/bin/python describe.py
colour_of() { CROISSANT_CACHE="$folder/$2" venv/bin/python read.py "$1" 2>/dev/null; }
{ colour_of red shared && colour_of blue shared && colour_of blue own; } | tee seen.txt
diff seen.txt - <<'SEEN' || { echo "the behaviour has changed" >&2 && exit 1; }
mlcroissant 1.1.1 red (255, 0, 0)
mlcroissant 1.1.1 blue (255, 0, 0)
mlcroissant 1.1.1 blue (0, 0, 255)
SEEN
