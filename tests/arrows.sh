#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Which folder of src/scotoma/ may include which. A stage knows no other stage: only what all stages share. And which file of
# apps/ may write.
set -euo pipefail
cd "$(dirname "$0")/../src/scotoma"

allowed='
core: core
image: core image
model: core image model
study: core image model study
evidence: evidence
finding: core model evidence finding
execute: core image model execute
cache: core image model finding execute cache
backend: core image model study backend
stage: core image model study evidence finding cache
wording: core model study evidence finding wording
record: core image model study finding wording record
report: core image model study evidence finding wording record report
export: core image model study finding wording record report export
find: core image model study evidence finding execute cache stage find
transfer: core model study evidence finding cache stage find transfer
progress: core model finding wording record progress
session: core image model study backend finding cache find transfer wording record report session
'
# Inside backend: what serves every engine names none.
inside_backend='
files: files
diffusion: files diffusion
decoding: files decoding
judge: judge
'
shared_by_stages='stage/attribute_pool.h stage/baseline.h stage/budget.h stage/caption_text.h stage/certify_cells.h stage/certify_limits.h stage/context.h stage/decide.h stage/drafts.h stage/explorer.h stage/label_search.h stage/listed.h stage/meaning.h stage/nouns.h stage/phrase_words.h stage/promise.h stage/shorten.h stage/shrink_verdict.h stage/spans.h stage/trial.h'

wrong=0
complain() { printf 'src/scotoma/%s includes "%s": %s\n' "$1" "$2" "$3" && wrong=1; }

while IFS=: read -r file line; do
  included=${line#*\"} && included=${included%%\"*}
  if [[ $included != scotoma/* ]]; then
    complain "$file" "$included" 'the path begins with scotoma/' && continue
  fi
  included=${included#scotoma/}
  from=${file%%/*}
  to=${included%%/*}
  own=${file%.*}.h
  [[ $from == stage && ( $included == "$own" || " $shared_by_stages " == *" $included "* ) ]] && continue
  may=$(sed -n "s/^$from: //p" <<<"$allowed")
  if [[ -z $may ]]; then
    complain "$file" "$included" "folder '$from' is not in tests/arrows.sh"
  elif [[ " $may " != *" $to "* ]]; then
    complain "$file" "$included" "$from may include only: $may"
  elif [[ $from/$to == backend/backend && $included == backend/*/* ]]; then
    part=${file#backend/} && part=${part%%/*}
    may=$(sed -n "s/^$part: //p" <<<"$inside_backend")
    to=${included#backend/} && to=${to%%/*}
    if [[ -n $may && " $may " != *" $to "* ]]; then
      complain "$file" "$included" "backend/$part may include only: $may"
    fi
  fi
done < <(grep -r --include='*.cpp' --include='*.h' '^ *# *include "' . | sed 's|^\./||')

# What reaches a terminal goes through one door, which makes others' texts printable.
while IFS=: read -r file line text; do
  printf 'apps/%s:%s writes past apps/scotoma/terminal.h: %s\n' "$file" "$line" "$text" && wrong=1
done < <(cd ../../apps && grep -rnE --include='*.cpp' --include='*.h' --exclude='terminal.*' \
  'fmt::print\(|std::(cout|cerr|clog|puts|printf|fprintf|fputs|fwrite)\b' . | sed 's|^\./||')

exit "$wrong"
