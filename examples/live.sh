#!/usr/bin/env bash
# Live results with curl, as server-sent events: bash live.sh http://127.0.0.1:8000 bkk-2022
# Each event is a line of JSON. A stream that breaks is opened again behind the last event, whose id is its cursor.
set -u
query='subscription Live($electionId: ID!) { resultUpdates(electionId: $electionId) {
  kind cursor results { contest { id } area { id } stationsReporting rows { votes } } } }'
body=$(printf '{"query": "%s", "variables": {"electionId": "%s"}}' "${query//$'\n'/ }" "$2")
last=
while true; do
  while IFS= read -r line; do
    line=${line%$'\r'}
    case $line in
      'id: '*) last=${line#id: } ;;
      'data: {'*) printf '%s\n' "${line#data: }" ;;
    esac
  done < <(curl -sN "$1/graphql" -H 'Content-Type: application/json' -H 'Accept: text/event-stream' \
    ${last:+-H "Last-Event-ID: $last"} --data "$body")
  sleep "0.$((RANDOM % 8 + 2))"
done
