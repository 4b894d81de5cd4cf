#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A failover, live: a pair of namenodes, a client that never stops writing, and the active namenode
# killed, frozen, and told to hand over.  tools/failover-demo.sh [--port P]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=${CAIRN_BIN:-$here/../build/bin/cairn}
port=8020
[ "${1:-}" != --port ] || port=$2
dir=$(mktemp -d)
conf=$dir/cluster/conf
cluster() { "$here/cluster.sh" "$@" --dir "$dir/cluster"; }
finish() {
  [ -z "${writer:-}" ] || kill "$writer" 2>/dev/null || true
  cluster stop >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap finish EXIT

# A frozen namenode takes connections and says nothing.
state() {
  "$bin" --config "$conf" haadmin -D ipc.client.rpc-timeout.ms=500 -getServiceState "$1" 2>/dev/null ||
    echo unreachable
}
active() {
  local name
  for name in nn1 nn2; do [ "$(state $name)" != active ] || echo $name; done
}
# The namenode itself; its parent only watches it.
process_of() { pgrep -P "$(cat "$dir/cluster/run/$1.pid")" | head -n 1; }

# Makes one directory after the other; a line for each in "acknowledged": time in ms and name.
write_forever() {
  local n=0
  while :; do
    n=$((n + 1))
    "$bin" --config "$conf" dfs -mkdir "/demo/$n" 2>>"$dir/writer.log" &&
      echo "$(date +%s%3N) /demo/$n" >>"$dir/acknowledged"
  done
}

# The longest time between two acknowledged changes since line $1.
longest_pause() {
  tail -n "+$1" "$dir/acknowledged" |
    awk 'NR > 1 && $1 - last > most { most = $1 - last } { last = $1 } END { print most + 0 }'
}

# fault NAME COMMAND…
fault() {
  local what=$1 before=$(active) line
  shift
  line=$(wc -l <"$dir/acknowledged")
  echo "--- the active namenode, $before, is $what"
  "$@" "$before"
  for _ in $(seq 300); do
    [ -z "$(active)" ] || [ "$(active)" = "$before" ] || break
    sleep 0.1
  done
  line=$((line > 0 ? line : 1))
  sleep 1
  echo "    $(active) is active; the writer's longest pause: $(longest_pause "$line") ms"
}
killed() {
  kill -KILL "$(process_of "$1")"
  # Its parent tells the other one, and ends.
  while cluster status | grep -q "^$1 running"; do sleep 0.02; done
}
frozen() { victim=$(process_of "$1"); kill -STOP "$victim"; }
asked() { "$bin" --config "$conf" haadmin -transitionToStandby "$1"; }
# A pair is whole again when both answer.
whole() {
  for _ in $(seq 300); do
    [ "$(state nn1) $(state nn2)" = "active standby" ] ||
      [ "$(state nn1) $(state nn2)" = "standby active" ] || { sleep 0.1; continue; }
    return
  done
  echo "the pair is not whole again; see $dir/cluster/log" >&2
  exit 1
}

echo "--- a pair of namenodes, ZooKeeper and three datanodes"
cluster start --namenodes 2 --port "$port"
"$bin" --config "$conf" dfs -mkdir /demo
: >"$dir/acknowledged"
write_forever &
writer=$!
sleep 2
fault "killed" killed
for name in nn1 nn2; do cluster start $name; done
whole
fault "frozen" frozen
kill -CONT "$victim"
for name in nn1 nn2; do cluster start $name; done
whole
fault "asked to hand over" asked
whole
kill "$writer"
wait "$writer" 2>/dev/null || true
writer=

"$bin" --config "$conf" dfs -ls -C /demo | sort >"$dir/there"
cut -d ' ' -f 2 "$dir/acknowledged" | sort >"$dir/promised"
lost=$(comm -13 "$dir/there" "$dir/promised" | wc -l)
echo "--- $(wc -l <"$dir/promised") changes were acknowledged, $lost of them are missing"
[ "$lost" = 0 ]
