#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds optimized, runs the same loads on our cluster and on Apache's, and prints Markdown tables.
#   bench/compare.sh [--rounds N] [--seconds S] [--mib M] [--only cairn|apache] … (--help)
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh release
exec /usr/bin/python3 bench/compare.py "$@"
