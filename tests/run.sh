#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Everything: packages, build, unit tests, lint, cluster tests, interop tests with Apache Hadoop, fuzz
# targets.
#   tests/run.sh                all of it
#   tests/run.sh --core         the short loop: release build, unit tests, lint, quick cluster tests
#   tests/run.sh --sanitizers   all of it, and the unit tests under sanitizers: two more builds
#   … --faults SECONDS          for how long the pair is put under faults, which are others each time;
#                               100 s of the same ones unless given
set -euo pipefail
cd "$(dirname "$0")/.."
mode=--full
faults_seconds=100
faults_seed=4
while [ $# -gt 0 ]; do
  case $1 in
    --full | --core | --sanitizers) mode=$1 ;;
    --faults) faults_seconds=${2:?seconds}; faults_seed=$RANDOM; shift ;;
    *) echo "unknown option $1; see the head of tests/run.sh" >&2; exit 2 ;;
  esac
  shift
done

passed=0
failed=0
failures=()
# step NAME COMMAND…: runs on after a failure, so that one run shows all of them.
step() {
  local name=$1 start=$SECONDS
  shift
  echo "=== $name"
  if "$@"; then
    passed=$((passed + 1))
    echo "=== $name: passed in $((SECONDS - start)) s"
  else
    failed=$((failed + 1))
    failures+=("$name")
    echo "=== $name: FAILED after $((SECONDS - start)) s"
  fi
}

need_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
      missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  local run=()
  [ "$(id -u)" = 0 ] || run=(sudo)
  "${run[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${run[@]}" apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >/dev/null
}

# The interpreter of the tests, with pytest and the clients that they try.
python_environment() {
  local home=${CAIRN_CACHE:-$HOME/.cache/cairn}/python
  if [ ! -e "$home/.complete" ]; then
    /usr/bin/python3 -m venv "$home"
    "$home/bin/pip" install -q --disable-pip-version-check pytest==8.3.3 hdfs-native==0.14.7
    touch "$home/.complete"
  fi
  PYTHON=$home/bin/python
}

# unit_tests DIRECTORY [LABEL]: a failed executable is shown by its failed tests at the end, where a
# reader of a cut log finds them.
unit_tests() {
  local log
  log=$(mktemp)
  ctest --test-dir "$1" -L "${2:-unit}" --output-on-failure -j "$(nproc)" --timeout 300 | tee "$log" ||
    { failures+=("$(grep -aE '^\[  FAILED  \] [A-Z].* \([0-9]+ ms\)|: Failure$' "$log")"); return 1; }
}

# sanitized_tests PRESET TARGET LABEL
sanitized_tests() {
  tools/setup.sh "$1" "$2" && unit_tests "build/$1" "$3"
}

cluster_tests() {
  "$PYTHON" -m pytest -q -p no:cacheprovider --durations=10 "$@"
}

# What was found when is printed of those that passed, too.
fault_schedules() {
  CAIRN_FAULTS_SECONDS=$faults_seconds CAIRN_FAULTS_SEED=${CAIRN_FAULTS_SEED:-$faults_seed} \
    cluster_tests -rP tests/faults -m slow
}

step "build (release)" tools/setup.sh release
step "unit tests (release)" unit_tests build
need_packages python3 python3-venv
step "python environment" python_environment
step "lint" cluster_tests tests/lint
step "checker of histories" cluster_tests tests/faults -m "not slow"
if [ $mode = --core ]; then
  step "cluster tests (core)" cluster_tests tests/cluster -m "not slow"
else
  need_packages default-jdk-headless maven
  step "cluster tests" cluster_tests tests/cluster
  step "fault schedules" fault_schedules
  step "interop tests" cluster_tests tests/interop
  step "fuzz targets" tests/fuzz/run.sh 10
fi
if [ $mode = --sanitizers ]; then
  step "unit tests (address and undefined behaviour)" sanitized_tests asan tests_unit unit
  step "concurrent tests (threads)" sanitized_tests tsan tests_concurrent concurrent
fi

for name in "${failures[@]}"; do echo "failed: $name"; done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
