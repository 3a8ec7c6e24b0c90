#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every conversation with GitLab and Gitea, held with the emulated ones, and what was sent judged by the rules in
# tests/contract: every rule must have been used, except those of others' parts.
# usage: contract.sh FOLDER-OF-THE-PROGRAMS CONTRACT_CLIENT
set -eu
. "$(dirname "$0")/lib.sh" "$1"
command -v node > /dev/null || { echo "skipped: node is missing"; exit 77; }

start_lab "$DIR"
"$2" "$LAB_URL" || fail "a conversation ended badly"
must() { lab_state | jq -e "$1" > /dev/null || fail "not so: $1"; }

must '[.comments[] | .body] == []'
must '[.changes[] | select(.state == "merged")] | length == 2'
must '[.changes[] | select(.title != "Further up")] | length == 0'
must '[.starts[] | .ref] == ["main", "main"]'
must '[.issues[] | select(.state == "open" and (.labels | index("ready")) and (.labels | index("automation") | not))] | length == 2'
must '[.issues[] | .number] == [1, 1]'
stop_lab
node "$CONTRACT/ledger.mjs" --used "$DIR/ledger.jsonl" || fail "the ledger is not as the forges describe it"

# ---- and the judge is awake ----
planted() { # JQ: one line of the ledger is changed by it
  jq -c "$1" "$DIR/ledger.jsonl" > "$DIR/planted.jsonl"
  ! node "$CONTRACT/ledger.mjs" "$DIR/planted.jsonl" > "$DIR/planted.out" || fail "not called wrong: $1"
  grep -q ', 1 wrong' "$DIR/planted.out" || fail "$(cat "$DIR/planted.out")"
}
planted 'if .seq == 1 then .body.state = "cancelled" else . end'
planted 'if .seq == 1 then .path += "?force=true" else . end'
planted 'if .seq == 1 then .path |= sub("statuses"; "stati") else . end'
! node "$CONTRACT/ledger.mjs" --used <(head -n 1 "$DIR/ledger.jsonl") > "$DIR/planted.out" || fail "unused rules were not missed"
