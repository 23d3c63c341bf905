#!/usr/bin/env bash
# Builds one preset, configuring it first where that is needed.
#
# usage: scripts/build.sh PRESET [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
shift
if [ ! -f "build/$preset/build.ninja" ]; then
  cmake --preset "$preset"
fi
ninja -C "build/$preset" "$@"
