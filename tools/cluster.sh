#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A cluster of separate processes on this machine.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cairn=${CAIRN_BIN:-$here/../build/bin/cairn}

usage() {
  cat <<'TEXT'
usage: tools/cluster.sh start --dir D [--namenodes 1] [--datanodes 3] [--port P] [-D key=value]…
       tools/cluster.sh stop --dir D
       tools/cluster.sh status --dir D
       tools/cluster.sh kill NAME --dir D      (nn1, dn1, dn2, …: as a power cut)
       tools/cluster.sh start NAME --dir D     (one daemon again)

D/conf is the configuration of clients, D/run holds the process ids, D/log the logs, D/data the
files. Ports from P (8020) upwards are used: P the namenode, P+1 its HTTP; P+10+3n… datanode n.
TEXT
  exit 2
}

[ $# -gt 0 ] || usage
command=$1
shift
name=
case ${1:-} in
  nn[0-9]* | dn[0-9]*) name=$1; shift ;;
esac
dir= namenodes=1 datanodes=3 port=8020 extra=()
while [ $# -gt 0 ]; do
  case $1 in
    --dir) dir=$2; shift 2 ;;
    --namenodes) namenodes=$2; shift 2 ;;
    --datanodes) datanodes=$2; shift 2 ;;
    --port) port=$2; shift 2 ;;
    -D) extra+=("$2"); shift 2 ;;
    *) usage ;;
  esac
done
[ -n "$dir" ] || usage
[ "$namenodes" = 1 ] || { echo "cluster.sh: --namenodes $namenodes: pairs are not built yet" >&2; exit 2; }
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

# site FILE key=value…
site() {
  local file=$1 pair
  shift
  {
    echo '<?xml version="1.0"?>'
    echo '<configuration>'
    for pair in "$@"; do
      echo "  <property><name>${pair%%=*}</name><value>${pair#*=}</value></property>"
    done
    echo '</configuration>'
  } >"$file"
}

write_configuration() {
  local common=(
    "dfs.namenode.http-address=127.0.0.1:$((port + 1))"
    "dfs.namenode.name.dir=file://$dir/data/nn1"
    "dfs.replication=$((datanodes < 3 ? datanodes : 3))"
    "dfs.namenode.safemode.extension=0"
    "${extra[@]}"
  )
  local core=("fs.defaultFS=hdfs://127.0.0.1:$port" "hadoop.tmp.dir=$dir/tmp")
  mkdir -p "$dir"/{conf,run,log,data}
  site "$dir/conf/core-site.xml" "${core[@]}"
  site "$dir/conf/hdfs-site.xml" "${common[@]}"
  local n base
  for n in $(seq "$datanodes"); do
    base=$((port + 7 + 3 * n))
    mkdir -p "$dir/conf/dn$n"
    site "$dir/conf/dn$n/core-site.xml" "${core[@]}"
    site "$dir/conf/dn$n/hdfs-site.xml" "${common[@]}" \
      "dfs.datanode.data.dir=file://$dir/data/dn$n" \
      "dfs.datanode.address=127.0.0.1:$base" \
      "dfs.datanode.ipc.address=127.0.0.1:$((base + 1))" \
      "dfs.datanode.http.address=127.0.0.1:$((base + 2))"
  done
}

running() {
  [ -f "$dir/run/$1.pid" ] && kill -0 "$(cat "$dir/run/$1.pid")" 2>/dev/null
}

launch() {
  local role=datanode conf=$dir/conf/$1
  case $1 in nn*) role=namenode conf=$dir/conf ;; esac
  running "$1" && return
  setsid "$cairn" --config "$conf" "$role" >>"$dir/log/$1.log" 2>&1 </dev/null &
  echo $! >"$dir/run/$1.pid"
}

names() {
  local file
  for file in "$dir"/run/*.pid; do
    [ ! -e "$file" ] || basename "$file" .pid
  done
}

wait_ready() {
  local deadline=$((SECONDS + 60)) want=$1 report
  while [ $SECONDS -lt $deadline ]; do
    for one in $(names); do
      running "$one" || { echo "cluster.sh: $one ended; the end of its log:" >&2; tail -n 5 "$dir/log/$one.log" >&2; exit 1; }
    done
    report=$("$cairn" --config "$dir/conf" dfsadmin -report -live 2>/dev/null || true)
    if grep -q "^Live datanodes ($want)" <<<"$report" && ! grep -q '^Safe mode is ON' <<<"$report"; then
      return
    fi
    sleep 0.1
  done
  echo "cluster.sh: not ready after 60 s; see $dir/log" >&2
  exit 1
}

case $command in
  start)
    if [ -n "$name" ]; then
      launch "$name"
      exit
    fi
    write_configuration
    [ -e "$dir/data/nn1/current/VERSION" ] ||
      "$cairn" --config "$dir/conf" namenode -format -nonInteractive >>"$dir/log/nn1.log" 2>&1
    launch nn1
    for n in $(seq "$datanodes"); do launch "dn$n"; done
    wait_ready "$datanodes"
    echo "ready: hdfs://127.0.0.1:$port, configuration in $dir/conf"
    ;;
  stop)
    for one in $(names); do
      ! running "$one" || kill "$(cat "$dir/run/$one.pid")"
    done
    for one in $(names); do
      for _ in $(seq 300); do
        running "$one" || break
        sleep 0.1
      done
      ! running "$one" || kill -9 "$(cat "$dir/run/$one.pid")"
      rm -f "$dir/run/$one.pid"
    done
    ;;
  status)
    for one in $(names); do
      if running "$one"; then echo "$one running, pid $(cat "$dir/run/$one.pid")"; else echo "$one stopped"; fi
    done
    ;;
  kill)
    [ -n "$name" ] || usage
    running "$name" || { echo "cluster.sh: $name does not run" >&2; exit 1; }
    kill -9 "$(cat "$dir/run/$name.pid")"
    # Gone before anybody starts it again: its directories are locked until then.
    while running "$name"; do sleep 0.02; done
    rm -f "$dir/run/$name.pid"
    ;;
  *) usage ;;
esac
