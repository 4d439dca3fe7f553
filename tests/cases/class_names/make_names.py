# SPDX-License-Identifier: Apache-2.0
"""Files of class names as people have them, and expected.json: either the sixteen names, in order, or what the refusal
must say. python make_names.py
"""

import json
import pathlib

HERE = pathlib.Path(__file__).parent
NAMES = ("fly bee ladybug butterfly cat dog horse cow frog duck penguin fish apple ball car bicycle").split()
WNIDS = [f"n{1440764 + i:08}" for i in range(16)]
expected = {}


def write(name, text, *says, encoding="utf-8"):
    """Without `says` the file is read as NAMES."""
    (HERE / name).write_bytes(text.encode(encoding))
    expected[name] = list(says)


def lines(pattern):
    return "".join(pattern.format(i=i, one=i + 1, name=n, wnid=w) + "\n" for i, (n, w) in enumerate(zip(NAMES, WNIDS)))


by_number = {str(i): n for i, n in enumerate(NAMES)}
by_name = {n: i for i, n in enumerate(NAMES)}

write("crlf_bom_blank.txt", "\ufeff" + lines("{name}").replace("\n", "\r\n") + "\r\n")
write("utf16_little.txt", "\ufeff" + lines("{name}").replace("\n", "\r\n"), encoding="utf-16-le")
write("utf16_big.json", "\ufeff" + json.dumps(NAMES), encoding="utf-16-be")
write("quoted.txt", lines('"{name}"'))
write("quoted_commas.txt", lines("'{name}',"))
write("numbered.txt", lines("{i} {name}"))
write("numbered_colon.txt", lines("{i}: {name}"))
write("numbered_from_one.txt", lines("{one}\t{name}"))
write("numbered_any_order.txt", "".join(reversed(lines("{i},{name}").splitlines(True))))
write("csv.csv", lines('{i},"{name}"'))
write("class_index_json.json", json.dumps({str(i): [w, n] for i, (n, w) in enumerate(zip(NAMES, WNIDS))}))
write("shifted_json_one_based.json", json.dumps({str(i + 1): n for i, n in enumerate(NAMES)}))
write("python_dict.txt", "{" + ",\n ".join(f"{i}: {n!r}" for i, n in enumerate(NAMES)) + "}")
write("python_dict_comma.json", "{" + "".join(f"{i}: {n!r},  # {i}\n" for i, n in enumerate(NAMES)) + "}")
write("python_list.txt", repr(NAMES))
write("by_name.json", json.dumps(by_name))
write("label2id.json", json.dumps({"model_type": "resnet", "label2id": by_name}))
write("id2label.json", json.dumps({"model_type": "resnet", "id2label": by_number, "label2id": by_name}))
write("under_names.json", json.dumps({"nc": 16, "names": NAMES}))

write("csv_header.csv", "id,name\n" + lines('{i},"{name}"'), "'id,name' is the heading of a table", "delete that line")
write("header.txt", "number name\n" + lines("{i} {name}"), "'number name' is the heading", "delete that line")
write("background.txt", "background\n" + lines("{name}"), "holds 17 class names", "'background', the first of them", "delete that line")
write("wnid.txt", lines("{wnid} {name}"), "WordNet", "cut -c11- ", "wnid.txt > plain_names.txt")
write(
    "label_n.json",
    json.dumps({"id2label": {str(i): f"LABEL_{i}" for i in range(16)}}),
    "saved without names",
    "one a line in the order of the outputs",
)
write("gap.json", json.dumps({k: v for k, v in by_number.items() if k != "3"}), "run from 0 or from 1 without a gap")
write("numbers.json", "[1, 2]", "must be a JSON list of texts")
write("broken_dict.txt", "{0: 'fly',\n 1: 'bee'", "broken_dict.txt:1: not JSON")
write("latin1.txt", "fly\nb\u00e9e\n", "is not UTF-8", "iconv -f ISO-8859-1 -t UTF-8", encoding="latin-1")
write("utf16_unmarked.txt", lines("{name}"), "perhaps UTF-16 without its mark", "iconv -f UTF-16LE", encoding="utf-16-le")
write("empty.txt", "\n \n", "holds no class names")

(HERE / "expected.json").write_text(json.dumps({"names": NAMES, "files": expected}, indent=1) + "\n")
