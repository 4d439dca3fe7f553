#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# docs/study.md shows every option as the program knows it. tests/options.sh PROGRAM [--write]
set -euo pipefail
page=$(dirname "$0")/../docs/study.md
fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT

"$1" options >"$fresh"
sed -e '/^<!-- options -->$/,/^<!-- end of options -->$/ { /^<!-- options -->$/ { p; r '"$fresh"'
  }; /^<!-- end of options -->$/ p; d; }' "$page" >"$fresh.page"
trap 'rm -f "$fresh" "$fresh.page"' EXIT
if [[ ${2:-} == --write ]]; then
  cp "$fresh.page" "$page"
else
  diff "$page" "$fresh.page" || { echo "docs/study.md is behind: run tests/options.sh $1 --write" && exit 1; }
fi
