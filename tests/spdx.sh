#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every source of ours says in its first two lines under which licence it may be used: tests/spdx.sh [--write] adds the line.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly line='SPDX-License-Identifier: Apache-2.0'
missing=()
while IFS= read -r file; do
  head -n 2 "$file" | grep -qF "$line" || missing+=("$file")
done < <(printf '%s\n' dev .ci/run && find src apps bench tests python world/recipe -type f \
  \( -name '*.cpp' -o -name '*.h' -o -name '*.py' -o -name '*.sh' \) | sort)

for file in "${missing[@]}"; do
  if [[ ${1:-} != --write ]]; then
    printf '%s: no "%s" in its first two lines; run tests/spdx.sh --write\n' "$file" "$line"
    continue
  fi
  mark='#' && case $file in *.cpp | *.h) mark='//' ;; esac
  if [[ $(head -c 2 "$file") == '#!' ]]; then
    sed -i "1a $mark $line" "$file"
  else
    { printf '%s %s\n' "$mark" "$line" && cat "$file"; } >"$file.new" && cat "$file.new" >"$file" && rm "$file.new"
  fi
done
((${#missing[@]} == 0)) || [[ ${1:-} == --write ]]
