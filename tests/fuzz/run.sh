#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the fuzz targets and runs each for some seconds.  tests/fuzz/run.sh [SECONDS [TARGET…]]
# An input that breaks a target is kept in build/fuzz/found and printed as hexadecimal; once the
# target is mended, put it into tests/fuzz/found/TARGET-WHAT, where the unit tests replay it.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
shift || true
memory_mib=${CAIRN_FUZZ_MEMORY_MIB:-2048}

tools/setup.sh fuzz fuzz_all
bin=build/fuzz/bin
found=build/fuzz/found
mkdir -p "$found"
targets=("$@")
if [ ${#targets[@]} = 0 ]; then
  for program in "$bin"/fuzz_*; do
    name=$(basename "$program")
    [ "$name" = fuzz_seeds ] || targets+=("${name#fuzz_}")
  done
fi

passed=0
failed=0
for target in "${targets[@]}"; do
  corpus=build/fuzz/corpus/$target
  log=$found/$target.log
  mkdir -p "$corpus"
  rm -f "$found/$target-"*
  "$bin/fuzz_seeds" "$target" "$corpus"
  if "$bin/fuzz_$target" -max_total_time="$seconds" -rss_limit_mb="$memory_mib" -timeout=20 \
    -max_len=65536 -print_final_stats=1 -verbosity=1 -artifact_prefix="$found/$target-" \
    "$corpus" >"$log" 2>&1; then
    passed=$((passed + 1))
    runs=$(awk '/number_of_executed_units/ {print $2}' "$log")
    echo "$target: ok, ${runs:-0} inputs in $seconds s"
  else
    failed=$((failed + 1))
    echo "$target: FAILED; the end of $log:"
    grep -E '^(==[0-9]+==|SUMMARY|.*runtime error|    #[0-9])|does not hold' "$log" | head -30
    for input in "$found/$target-"*; do
      [ -e "$input" ] || continue
      echo "input kept in $input:"
      od -An -v -tx1 "$input" | head -64
    done
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
