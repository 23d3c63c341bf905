#!/usr/bin/env bash
# Runs clang-tidy over the program's own sources (not the tests).
#
# usage: scripts/lint.sh BUILD_FOLDER recent|all
# `recent`: what the last commits touched, which is what CI has time for; `all` takes a quarter of an hour.
set -euo pipefail
build=$1
which=$2
own='^(core|grammar|compiler|interpreter|stdlib|cli)/.*\.cpp$'
if [ "$which" = recent ]; then
  files=$(git log -n 3 --first-parent --name-only --diff-filter=d --format= | sort -u | grep -E "$own" || true)
else
  files=$(git ls-files | grep -E "$own")
fi
# The JavaScript worker is left out: SpiderMonkey's headers do not parse under clang-tidy 14.
files=$(grep -v '^stdlib/javascript_worker/' <<<"$files" || true)
if [ -z "$files" ]; then
  echo "nothing to lint"
  exit 0
fi
xargs -P "$(nproc)" -n 4 clang-tidy-14 -p "$build" --quiet --warnings-as-errors='*' <<<"$files" \
  2> >(grep -v 'warnings generated' >&2)
