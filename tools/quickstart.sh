#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From nothing to files in HDFS: packages, build, a one-machine cluster, a real file in and out.
#   tools/quickstart.sh [DIRECTORY]     the cluster's files go there (a new one below TMPDIR)
set -euo pipefail
cd "$(dirname "$0")/.."
dir=${1:-$(mktemp -d "${TMPDIR:-/tmp}/cairn-quickstart-XXXXXX")}
say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

say "1. Packages and build"
tools/setup.sh release cairn
cairn=$PWD/build/bin/cairn

say "2. A namenode and three datanodes in one process, files in $dir"
mkdir -p "$dir"
"$cairn" mini --dir "$dir" --datanodes 3 --port 0 --http-port 0 >"$dir/mini.out" 2>&1 &
mini=$!
trap 'kill $mini 2>/dev/null; wait $mini 2>/dev/null || true' EXIT
for _ in $(seq 600); do
  ! grep -q HADOOP_CONF_DIR "$dir/mini.out" || break
  kill -0 $mini 2>/dev/null || { cat "$dir/mini.out"; exit 1; }
  sleep 0.05
done
cat "$dir/mini.out"
export HADOOP_CONF_DIR=$dir/conf
PATH=$PWD/build/bin:$PATH

say "3. A text of 300 MB and a folder tree go in"
awk 'BEGIN { for (i = 0; i < 4500000; i++)
  printf "%09d the quick brown fox jumps over the lazy dog, again and again\n", i }' >"$dir/text"
ls -lh "$dir/text"
hdfs dfs -mkdir -p /user/"$(id -un)" /demo
time hdfs dfs -put "$dir/text" /demo/text
hdfs dfs -put docs /demo/docs
hdfs dfs -ls -R /demo
hdfs dfs -du -h /demo

say "4. Where its blocks are"
hdfs dfsadmin -report | grep '^Live datanodes'
for data in "$dir"/data*; do
  echo "$(basename "$data"): $(find "$data" -path '*/finalized/*' -name 'blk_*' ! -name '*.meta' \
    -size +1M -printf '%f (%s bytes)  ')"
done
hdfs dfs -stat 'block size %o, replicas %r, bytes %b' /demo/text

say "5. It comes back"
time hdfs dfs -get /demo/text "$dir/text.back"
sha256sum "$dir/text" "$dir/text.back" | tee "$dir/sums"
[ "$(cut -d' ' -f1 "$dir/sums" | sort -u | wc -l)" = 1 ]
hdfs dfs -checksum /demo/text
rm -f "$dir/text.back" "$dir/text"

say "Done. What to try next"
cat <<TEXT
  $cairn mini --dir $dir --datanodes 3       the same cluster again, with its files
  export HADOOP_CONF_DIR=$dir/conf           for our shell and for Apache's own clients
  $cairn dfs -help                           all commands of the shell
  tools/cluster.sh start --dir DIR           separate processes, as in production
  README.md, docs/                           what works, and how it is built
TEXT
