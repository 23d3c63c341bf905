#!/usr/bin/env bash
# Runs clang-tidy over the program's own sources (not the tests).
#
# usage: scripts/lint.sh BUILD_FOLDER
set -euo pipefail
build=$1
git ls-files 'core/*.cpp' 'grammar/*.cpp' 'compiler/*.cpp' 'interpreter/*.cpp' 'stdlib/*.cpp' 'cli/*.cpp' |
  xargs -P "$(nproc)" -n 4 clang-tidy-14 -p "$build" --quiet --warnings-as-errors='*' 2> >(grep -v 'warnings generated' >&2)
