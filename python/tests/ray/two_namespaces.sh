#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A study on two "machines": network namespaces of this one, joined by a virtual cable. Ray's head and the run are in one, the only
# worker in the other. Needs root, iproute2, and a Python that has scotoma and ray: two_namespaces.sh [PYTHON].
set -euo pipefail
cd "$(dirname "$0")"
python=$(command -v "${1:-python3}")
ray=$(dirname "$python")/ray
work=$(mktemp -d)
head=scotoma-head worker=scotoma-worker

end() {
  for space in "$head" "$worker"; do
    ip netns pids "$space" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
    ip netns delete "$space" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap end EXIT

ip netns add "$head"
ip netns add "$worker"
ip link add eth-head netns "$head" type veth peer name eth-worker netns "$worker"
ip -n "$head" addr add 10.77.0.1/24 dev eth-head
ip -n "$worker" addr add 10.77.0.2/24 dev eth-worker
for link in "$head eth-head" "$worker eth-worker"; do
  read -r space device <<<"$link"
  ip -n "$space" link set lo up
  ip -n "$space" link set "$device" up
done

# `ray start` asks for a token by default, and whoever joins must say that it has one.
export RAY_AUTH_MODE=token RAY_AUTH_TOKEN_PATH=$work/token
sha256sum </proc/sys/kernel/random/uuid | cut -c 1-64 >"$work/token"
export RAY_USAGE_STATS_ENABLED=0 PYTHONPATH=$PWD:$PWD/..
ip netns exec "$head" "$ray" start --head --node-ip-address 10.77.0.1 --port 6379 --num-cpus 0 --include-dashboard false \
  --temp-dir "$work/ray" >"$work/head.log" || { cat "$work/head.log" && exit 1; }
ip netns exec "$worker" "$ray" start --address 10.77.0.1:6379 --node-ip-address 10.77.0.2 --num-cpus 1 >"$work/worker.log" ||
  { cat "$work/worker.log" && exit 1; }

ip netns exec "$head" "$python" - "$work" <<'PROGRAM'
import sys
from pathlib import Path

from conftest import small_study
from ray_world import Book, Slow

import scotoma.ray

work = Path(sys.argv[1])
plain = small_study(generator=Slow(Book(work / "plain-book"), 0)).find(out=work / "plain")
book = Book(work / "book")
result = small_study(generator=Slow(book, 0)).find(out=work / "out", executor=scotoma.ray.Executor("10.77.0.1:6379"))
for name in ("bugs.json", "report.html"):
    assert (plain.folder / name).read_bytes() == (result.folder / name).read_bytes(), name
print(f"same bytes; {len(book.lines)} batches of images crossed over, from {len(book.pids)} worker in the other namespace")
PROGRAM
