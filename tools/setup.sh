#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the packages that are missing and builds.  tools/setup.sh [release|asan|tsan|fuzz] [targets…]
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
shift || true

packages=(
  build-essential ca-certificates ccache cmake ninja-build pkg-config
  libboost-dev libprotobuf-dev protobuf-compiler
  libspdlog-dev libfmt-dev libpugixml-dev libisal-dev
  libssl-dev zlib1g-dev libjemalloc-dev libgtest-dev
  thrift-compiler libthrift-dev libzookeeper-mt-dev libzookeeper-java
  libbenchmark-dev
)
[ "$preset" != fuzz ] || packages+=(clang-14 libclang-rt-14-dev)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
    missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "setup: installing ${missing[*]}"
  run=()
  [ "$(id -u)" = 0 ] || run=(sudo)
  "${run[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${run[@]}" apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >/dev/null
fi

# A compiler of the sanitizer builds takes up to 1.5 GiB on the largest files.
memory_gib=$(awk '/MemAvailable/ {print int($2 / 1048576)}' /proc/meminfo)
jobs=$(nproc)
[ "$jobs" -le $((memory_gib * 2 / 3 + 1)) ] || jobs=$((memory_gib * 2 / 3 + 1))

export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
cmake --preset "$preset" >/dev/null
directory=build
[ "$preset" = release ] || directory=build/$preset
ninja -C "$directory" -j "$jobs" "$@"
