#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Merges what the shards answered, and goes on: small rounds are answered here, a large one by the next job array, behind which
# this script runs again. round.sh STUDY SHARDS
#SBATCH --job-name=scotoma-round
#SBATCH --cpus-per-task=8
set -euo pipefail
shopt -s nullglob
study=$1 shards=$2
merged=$(scotoma merge parts/* --into answers)
printf '%s\n' "$merged"
# Nothing came: some shard's tasks fail. Other numbers of shards deal the questions out anew; one machine ends any study.
if [[ -n $merged && $merged != *"new: "* ]]; then shards=$((shards - 1)); fi
large=(--largest-round 200)
((shards > 0)) || large=()
code=0
scotoma find "$study" --cache answers --out results "${large[@]}" --quiet || code=$?
((code == 75)) || exit "$code"
array=$(sbatch --parsable --array="1-$shards" shard.sh "$study")
sbatch --dependency="afterany:$array" round.sh "$study" "$shards"
