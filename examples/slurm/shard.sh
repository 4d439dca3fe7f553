#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One task of the job array: the answers of one shard. shard.sh STUDY
#SBATCH --job-name=scotoma-shard
#SBATCH --cpus-per-task=8
set -euo pipefail
scotoma work "$1" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" --known answers --cache "parts/$SLURM_ARRAY_TASK_ID" --quiet
