#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A cluster of separate processes on this machine.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cairn=${CAIRN_BIN:-$here/../build/bin/cairn}

usage() {
  cat <<'TEXT'
usage: tools/cluster.sh start --dir D [--namenodes 1|2] [--datanodes 3] [--port P] [-D key=value]…
       tools/cluster.sh stop --dir D
       tools/cluster.sh status --dir D
       tools/cluster.sh kill NAME --dir D      (nn1, dn1, zk1, …: as a power cut)
       tools/cluster.sh start NAME --dir D     (one daemon again)

D/conf is the configuration of clients, D/run holds the process ids, D/log the logs, D/data the
files. Ports from P (8020) upwards are used: P the namenode, P+1 its HTTP; P+10+3n… datanode n.
With two namenodes they are a pair, hdfs://cairn, with a ZooKeeper of its own: P+2 and P+3 are the
second's, P+4 and P+5 their link, P+6 is ZooKeeper's.
TEXT
  exit 2
}

[ $# -gt 0 ] || usage
command=$1
shift
name=
case ${1:-} in
  nn[0-9]* | dn[0-9]* | zk[0-9]*) name=$1; shift ;;
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
case $namenodes in 1 | 2) ;; *) usage ;; esac
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
[ ! -d "$dir/conf/nn2" ] || namenodes=2

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

# What makes two namenodes a pair.
pair_keys() {
  local n
  echo "dfs.nameservices=cairn"
  echo "dfs.ha.namenodes.cairn=nn1,nn2"
  echo "dfs.client.failover.proxy.provider.cairn=org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider"
  for n in 1 2; do
    echo "dfs.namenode.rpc-address.cairn.nn$n=127.0.0.1:$((port + 2 * n - 2))"
    echo "dfs.namenode.http-address.cairn.nn$n=127.0.0.1:$((port + 2 * n - 1))"
    echo "cairn.ha.journal-address.cairn.nn$n=127.0.0.1:$((port + 3 + n))"
  done
  echo "cairn.ha.secret-file=$dir/conf/secret"
}

write_pair() {
  local n
  [ -e "$dir/conf/secret" ] ||
    (umask 077 && head -c 24 /dev/urandom | base64 >"$dir/conf/secret")
  for n in 1 2; do
    mkdir -p "$dir/conf/nn$n"
    site "$dir/conf/nn$n/core-site.xml" "$@"
    site "$dir/conf/nn$n/hdfs-site.xml" "${common[@]}" "dfs.ha.namenode.id=nn$n" \
      "dfs.namenode.name.dir=file://$dir/data/nn$n"
  done
  mkdir -p "$dir/data/zk1"
  printf '%s\n' tickTime=200 maxSessionTimeout=60000 "dataDir=$dir/data/zk1" \
    "clientPort=$((port + 6))" clientPortAddress=127.0.0.1 admin.enableServer=false \
    >"$dir/conf/zoo.cfg"
}

write_configuration() {
  local common=(
    "dfs.replication=$((datanodes < 3 ? datanodes : 3))"
    "dfs.namenode.safemode.extension=0"
    "${extra[@]}"
  )
  local core=("fs.defaultFS=hdfs://127.0.0.1:$port" "hadoop.tmp.dir=$dir/tmp")
  mkdir -p "$dir"/{conf,run,log,data}
  if [ "$namenodes" = 2 ]; then
    core=("fs.defaultFS=hdfs://cairn" "hadoop.tmp.dir=$dir/tmp"
      "ha.zookeeper.quorum=127.0.0.1:$((port + 6))" "ha.zookeeper.session-timeout.ms=2000")
    mapfile -t -O "${#common[@]}" common < <(pair_keys)
    write_pair "${core[@]}"
  else
    common+=("dfs.namenode.http-address=127.0.0.1:$((port + 1))"
      "dfs.namenode.name.dir=file://$dir/data/nn1")
  fi
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
  local command=("$cairn" --config "$dir/conf/$1" datanode) jar=/usr/share/java
  case $1 in
    nn*)
      command[3]=namenode
      [ "$namenodes" = 2 ] || command[2]=$dir/conf
      ;;
    zk*)
      command=(java -Xmx128m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp
        "$jar/zookeeper.jar:$jar/zookeeper-jute.jar:$jar/slf4j-api.jar:$jar/slf4j-nop.jar:$jar/metrics-core.jar:$jar/snappy-java.jar:$jar/netty-all.jar:$jar/commons-io.jar"
        org.apache.zookeeper.server.ZooKeeperServerMain "$dir/conf/zoo.cfg")
      ;;
  esac
  running "$1" && return
  setsid "${command[@]}" >>"$dir/log/$1.log" 2>&1 </dev/null &
  echo $! >"$dir/run/$1.pid"
}

# The second namenode begins with a copy of the first one's new namespace.
format_pair() {
  local nn="$cairn --config $dir/conf/nn1 namenode"
  [ ! -e "$dir/data/nn1/current/VERSION" ] || return 0
  $nn -format -nonInteractive >>"$dir/log/nn1.log" 2>&1
  mkdir -p "$dir/data/nn2"
  cp -r "$dir/data/nn1/current" "$dir/data/nn2/"
  $nn -initializePair >>"$dir/log/nn1.log" 2>&1
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
    if [ "$namenodes" = 2 ]; then
      launch zk1
      format_pair
      launch nn2
    elif [ ! -e "$dir/data/nn1/current/VERSION" ]; then
      "$cairn" --config "$dir/conf" namenode -format -nonInteractive >>"$dir/log/nn1.log" 2>&1
    fi
    launch nn1
    for n in $(seq "$datanodes"); do launch "dn$n"; done
    wait_ready "$datanodes"
    if [ "$namenodes" = 2 ]; then uri=hdfs://cairn; else uri=hdfs://127.0.0.1:$port; fi
    echo "ready: $uri, configuration in $dir/conf"
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
