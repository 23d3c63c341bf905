#!/bin/sh
# An action in shell: jq takes the messages apart and puts the answers together.
while IFS= read -r message; do
  id=$(printf %s "$message" | jq -r .id)
  minutes=$(printf %s "$message" | jq -r .input.minutes)
  case $minutes in
    1) field=1 ;;
    5) field=2 ;;
    15) field=3 ;;
    *)
      jq -nc --arg id "$id" '{type: "result", id: $id, error: "minutes must be 1, 5 or 15"}'
      continue
      ;;
  esac
  jq -nc --arg id "$id" --argjson data "$(cut -d' ' -f$field /proc/loadavg)" '{type: "result", id: $id, data: $data}'
done
