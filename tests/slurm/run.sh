#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A small study by Slurm's own daemons on this machine: run.sh SCOTOMA FOLDER. Compares what the job arrays of examples/slurm
# find with what one run finds. Needs root, and Debian's slurmctld, slurmd, slurm-client and munge; nothing of the system's own
# Slurm is used or changed: all files are in FOLDER, the daemons listen on ports of their own, and are ended with this script.
set -euo pipefail
scotoma=$(realpath "$1")
repository=$(realpath "$(dirname "$0")/../..")
mkdir -p "$2"
folder=$(realpath "$2")
((EUID == 0)) || { echo "slurmd wants to be root" >&2 && exit 2; }

daemons=()
end() {
  local daemon
  for daemon in "${daemons[@]}"; do kill "$daemon" 2>/dev/null || true; done
  wait
}
trap end EXIT

# munged and slurmctld refuse files that others could change.
state=$(mktemp -d /tmp/scotoma-slurm.XXXXXX)
chmod 755 "$state"
mkdir -p "$state/ctld" "$state/d" "$folder/work"
socket=$state/munge.socket
(umask 077 && head -c 1024 /dev/urandom >"$state/munge.key")
host=$(hostname -s)
cat >"$state/slurm.conf" <<CONF
ClusterName=scotoma
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmctldPort=16817
SlurmdPort=16818
AuthType=auth/munge
AuthInfo=socket=$socket
CredType=cred/munge
StateSaveLocation=$state/ctld
SlurmdSpoolDir=$state/d
SlurmctldPidFile=$state/slurmctld.pid
SlurmdPidFile=$state/slurmd.pid
SlurmctldLogFile=$state/slurmctld.log
SlurmdLogFile=$state/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,sched_min_interval=0,bf_interval=1
MinJobAge=3600
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$state/slurm.conf

munged --foreground --force --socket="$socket" --key-file="$state/munge.key" --pid-file="$state/munged.pid" --log-file="$state/munged.log" \
  --seed-file="$state/munged.seed" >"$state/munged.out" 2>&1 &
daemons+=($!)
slurmctld -D >"$state/slurmctld.out" 2>&1 &
daemons+=($!)
slurmd -D -N "$host" >"$state/slurmd.out" 2>&1 &
daemons+=($!)
for _ in $(seq 60); do
  sinfo --noheader --format=%T 2>/dev/null | grep -q idle && break
  sleep 1
done
sinfo --noheader --format=%T | grep -q idle || { tail -n 20 "$state"/*.log "$state"/*.out >&2 && exit 1; }
slurmctld -V

cd "$folder/work"
rm -rf answers parts results plain slurm-*.out bin
mkdir bin && ln -s "$scotoma" bin/scotoma
export PATH=$folder/work/bin:$PATH
cp "$repository"/examples/slurm/*.sh .
cp "$repository/tests/readers/study.toml" study.toml
sed -i "s,\"\.\./\.\./,\"$repository/,g" study.toml
# Of this machine's processors; the study's rounds are small.
sed -i 's/--cpus-per-task=8/--cpus-per-task=1/; s/--largest-round 200/--largest-round 20/' shard.sh round.sh
scotoma find study.toml --out plain --quiet >/dev/null
sbatch round.sh study.toml 3
for _ in $(seq 900); do
  [[ -f results/report.html || -n $(squeue --noheader --states=all --format=%T | grep -vE 'COMPLETED|PENDING|RUNNING|COMPLETING|CONFIGURING' || true) ]] && break
  sleep 1
done
squeue --states=all --array --format='%.12i %.15j %.10T %r'
cmp plain/bugs.json results/bugs.json
printf 'the same findings, byte for byte, from %s tasks of job arrays\n' \
  "$(squeue --noheader --states=all --array --name=scotoma-shard | wc -l)"
rm -rf "$state"
