#!/usr/bin/env bash
# A CI step: start a session by key, run the statements of a file in it, keep the rows as JSON, and end the session whatever happens.
# Run it again after a crash: the key finds the session that is still running.
set -euo pipefail

key="nightly-${CI_RUN_ID:-local}"
report="${1:?usage: nightly.sh REPORT.sql ROWS.jsonl}"
rows="${2:?usage: nightly.sh REPORT.sql ROWS.jsonl}"

anysession start --key "$key" --name nightly --label job=nightly --wait --timeout 15m >session.json
trap 'anysession terminate "key:$key"' EXIT

anysession sql --session "$(cat session.json)" --file "$report" --param "day=${DAY:-2026-11-29}" --timeout 1h --output jsonl "$rows"
