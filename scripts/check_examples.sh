#!/usr/bin/env bash
# Validates every example, and runs those that need nothing but this machine.
#
# usage: scripts/check_examples.sh GREGALE
# An example that needs a cloud says so by the line "# needs: cloud"; it is validated only. An example may
# say by "# expect: TEXT" what its output must contain, and by "# run: OPTIONS" how it is run.
set -euo pipefail
gregale=$1
for example in examples/*.yaml; do
  "$gregale" validate "$example"
  if grep -q '^# needs: cloud' "$example"; then
    continue
  fi
  mapfile -t options < <(sed -n 's/^# run: //p' "$example" | xargs -r -n 1)
  output=$("$gregale" run "$example" "${options[@]}")
  while IFS= read -r expected; do
    if ! grep -qF -- "$expected" <<<"$output"; then
      printf '%s: "%s" is not in the output:\n%s\n' "$example" "$expected" "$output" >&2
      exit 1
    fi
  done < <(sed -n 's/^# expect: //p' "$example")
  echo "$example: as expected"
done
