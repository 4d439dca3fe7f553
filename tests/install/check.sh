#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check.sh BUILD FOLDER: installs the build into FOLDER, moves that tree, and uses it as others do: links the library, runs
# the program. FOLDER is emptied first, and gone when all is well.
set -euo pipefail
build=$1
work=$2
here=$(cd "$(dirname "$0")" && pwd)

die() { printf '%s\n' "$*" >&2 && exit 1; }

rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --prefix "$work/first" >"$work/install.log"
# Nothing may lean on the prefix that it was installed to.
mv "$work/first" "$work/tree"
tree=$work/tree
example=$tree/share/scotoma/examples/world-skewed.toml

foreign=$(grep -rnE '#include <' "$tree/include" | grep -vE '<((sys/)?[a-z_0-9.]+|fmt/.*|nlohmann/.*)>' || true)
[[ -z $foreign ]] || die "public headers include what a user of the library need not have: $foreign"
missing=$(grep -rhoE '#include "[^"]+"' "$tree/include" | cut -d'"' -f2 | sort -u |
  while read -r header; do [[ -f $tree/include/$header ]] || printf '%s ' "$header"; done)
[[ -z $missing ]] || die "public headers include what is not installed: $missing"

cmake -S "$here" -B "$work/user" -DCMAKE_PREFIX_PATH="$tree" -DCMAKE_BUILD_TYPE=Debug >"$work/user.log" ||
  { cat "$work/user.log" && exit 1; }
cmake --build "$work/user" >>"$work/user.log" || { cat "$work/user.log" && exit 1; }
label=$("$work/user/user" "$example")
[[ $label == fly ]] || die "the program that links the library says '$label', not 'fly'"

# Every model loads: the engine's libraries and the tokenizers' are found, and the models beside the example.
"$tree/bin/scotoma" doctor "$example" >"$work/doctor.txt" || { cat "$work/doctor.txt" && exit 1; }

for page in README.md docs/study.md; do [[ -s $tree/share/scotoma/$page ]] || die "the demo tells to read $page, which is not installed"; done

for page in man1/scotoma.1 man1/scotoma-find.1 man5/scotoma-study.5; do
  head -n 1 "$tree/share/man/$page" | grep -q '^\.TH SCOTOMA' || die "share/man/$page is missing or no manual page"
done
[[ ! -e $tree/share/man/man1/scotoma-try-loading.1 ]] || die "a verb that is not for people has a manual page"

# The demo takes the installed study, not the source's: a fault that only the installed one has is told.
printf 'no_such_key = 1\n' >"$example"
code=0
env -u SCOTOMA_HOME "$tree/bin/scotoma" demo --out "$work/demo" >"$work/demo.txt" 2>&1 || code=$?
((code == 2)) && grep -qF "$example" "$work/demo.txt" || { cat "$work/demo.txt" && die "demo: exit code $code"; }

rm -rf "$work"
