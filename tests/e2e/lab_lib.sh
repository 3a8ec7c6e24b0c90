# SPDX-License-Identifier: Apache-2.0
# For the tests of the emulated forge alone, to be sourced behind lib.sh: requests, and what is expected of them.

checks=0
TOKEN=${TOKEN:-tok-for-tests}

# ask METHOD PATH [BODY [CURL-OPTION...]]: sets $status, $answer and $head
ask() {
  local args=(-s -X "$1" -H "Authorization: Bearer $TOKEN" -D "$DIR/head" -o "$DIR/answer" -w '%{http_code}')
  local path=$2
  [ -z "${3:-}" ] || args+=(-H 'Content-Type: application/json' --data-binary "$3")
  shift 2
  [ $# -eq 0 ] || shift
  : > "$DIR/answer"
  : > "$DIR/head"
  status=$(curl "${args[@]}" "$@" "$LAB_URL$path") || true
  answer=$(cat "$DIR/answer")
  head=$(tr -d '\r' < "$DIR/head")
}

# expect STATUS [JQ-EXPRESSION]
expect() {
  checks=$((checks + 1))
  [ "$status" = "$1" ] || fail "line ${BASH_LINENO[0]}: $status instead of $1: $answer"
  [ $# -lt 2 ] || jq -e "$2" > /dev/null <<< "$answer" || fail "line ${BASH_LINENO[0]}: not $2: $answer"
}

# header NAME: its value in the last answer, empty if absent
header() { sed -n "s/^$1: //Ip" <<< "$head" | head -n 1; }

# must TEXT COMMAND...: fails with that text unless the command succeeds
must() {
  local text=$1
  shift
  checks=$((checks + 1))
  "$@" > /dev/null || fail "line ${BASH_LINENO[0]}: $text"
}

# state_must JQ-EXPRESSION
state_must() {
  checks=$((checks + 1))
  state_has "$1" || fail "line ${BASH_LINENO[0]}: not $1: $(lab_state)"
}

# lab VERB...: a word of the command line, spoken to the running lab; its answer is in $answer
lab() {
  local verb=$1
  shift
  answer=$("$FETTLE" lab "$verb" --url "$LAB_URL" "$@") || fail "line ${BASH_LINENO[0]}: lab $verb $*: $answer"
}

next_page() { sed -n 's/.*<\([^>]*\)>; rel="next".*/\1/p' <<< "$head"; }

# sent_must JQ-EXPRESSION: about the array of the lines of the ledger that are deliveries
sent_must() {
  checks=$((checks + 1))
  "$FETTLE" lab wait --url "$LAB_URL" > /dev/null
  lab_ledger | jq -c 'select(.method == "SEND")' > "$DIR/sent"
  jq -es "$1" "$DIR/sent" > /dev/null || fail "line ${BASH_LINENO[0]}: not $1: $(jq -c '[.path, .status, .delivery]' "$DIR/sent")"
}

end_lab() {
  stop_lab
  ! grep -q 'ERROR: AddressSanitizer\|runtime error' "$DIR/lab.log" || fail "a sanitizer found something"
  echo "ok: $checks checks"
}
