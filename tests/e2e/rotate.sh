#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fettle secret rotate: a new secret here and at the forge, over TLS, while deliveries come; killed between any two steps,
# with the server killed as well; a forge that fails in its middle. usage: rotate.sh FOLDER-OF-THE-PROGRAMS
#   ONLY=FUNCTION runs one case
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"

REPOSITORIES="one two three gl-one gt-one"
lab_state() { "$FETTLE" lab state --url "$LAB_URL" --ca "$DIR/tls/cert.pem"; }
lab_ledger() { "$FETTLE" lab ledger --url "$LAB_URL" --ca "$DIR/tls/cert.pem" "$@"; }
lab_fault() { "$FETTLE" lab fault --url "$LAB_URL" --ca "$DIR/tls/cert.pem" "$@" > /dev/null; }

# The hooks point at a fixed port: the server has to come back to it.
PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2> /dev/null) ||
  PORT=$((20000 + RANDOM % 20000))

make_secrets "$DIR"
chmod 700 "$DIR/secrets"
cd "$DIR"
start_lab "$DIR" --cert tls/cert.pem --key tls/key.pem --hook-ca tls/cert.pem
repositories > repositories.yaml
make_config "$DIR"
rm -f workflows/ci.yml
sed -i "s/https: 127.0.0.1:0/https: 127.0.0.1:$PORT/" fettle.yaml
printf '%s\n' 'forge-ca: tls/cert.pem' "public-url: https://127.0.0.1:$PORT" >> fettle.yaml
for name in $REPOSITORIES; do make_repo "$DIR/repos" $name; done
echo '{on: {pull_request: }, jobs: {a: {steps: [{run: echo}]}}}' > workflows/central.yml
start_fettle "$DIR"

for repo in github:acme/one github:acme/two gitea:acme/gt-one; do "$FETTLE" connect $repo --quiet; done
"$FETTLE" connect gitlab:acme/gl-one --path /hook/gitlab-signing --quiet

rotate() { "$FETTLE" secret rotate "$@"; }
secrets_at() { lab_state | jq -r --arg f "$1" '[.hooks[] | select(.forge == $f and (.removed | not)) | .signing // .secret] | unique | join(" ")'; }
each_secret() { lab_state | jq -r '[.hooks[] | select(.forge == "github" and (.removed | not)) | .secret] | unique | .[]'; }
refused() { curl -s "http://127.0.0.1:$HTTP_PORT/metrics" | sed -n 's/^automation_refused_total{reason="bad-signature"} //p'; }
takes() { # SECRET: is a delivery that is signed with it accepted?
  secret_file "$DIR/try" "$1"
  echo "{\"zen\": \"$RANDOM$RANDOM\"}" > "$DIR/try.json"
  "$FETTLE" lab deliver --forge github --event ping --payload "$DIR/try.json" --ca tls/cert.pem \
    --url "https://127.0.0.1:$PORT/hook/github" --secret-file "$DIR/try" > "$DIR/try.out"
}

exchanges() {
  local old new
  old=$(secrets_at github)
  same "as it was connected" "$old" "$(cat secrets/hook)"
  # Deliveries all the while, signed with whatever the forge has just then.
  touch busy
  (
    trap - EXIT
    while [ -f busy ]; do
      curl -s --cacert tls/cert.pem -H 'Authorization: Bearer x' -X POST "$LAB_URL/github/repos/acme/one/hooks/1/pings" || true
    done
  ) &
  local pid=$!
  has "what it says" "$(rotate /hook/github)" "/hook/github has a new secret, at 2 hooks of github; the old one is good until"
  rm busy
  wait $pid || true
  sleep 0.5
  new=$(secrets_at github)
  must "another one" test "$old" != "$new"
  same "the same at all" "$(wc -w <<< "$new")" 1
  same "the same here" "$(cat secrets/hook)" "$new"
  must "32 bytes" grep -qxE '[0-9a-f]{64}' secrets/hook
  same "for the server alone" "$(stat -c %a secrets/hook secrets/hook.old | tr '\n' ' ')" "600 600 "
  must "nothing is left over" test ! -e secrets/hook.next
  must "there were some" test "$(lab_ledger --path /one/hooks/1/pings | wc -l)" -gt 5
  same "none of the deliveries was refused" "$(refused)" ""
  must "the new one" takes "$new"
  must "the old one" takes "$old"
  must "the end of the grace" rotate /hook/github --finish --quiet
  must "the new one" takes "$new"
  if takes "$old"; then fail "the old one is still good"; fi
  same "finished already" "$(rotate /hook/github --finish)" "/hook/github: there is no old secret"
}

others() {
  local was
  was=$(cat secrets/gitlab-signing)
  same "a signing token" "$(rotate /hook/gitlab-signing --grace 100ms --json | jq -s -c 'map([.result, .hooks, .old_is_good])')" \
    '[["rotated",1,true],["the old secret is no longer good",1,false]]'
  must "of the same kind" grep -qxE 'whsec_[A-Za-z0-9+/]{43}=' secrets/gitlab-signing
  must "another one" test "$was" != "$(cat secrets/gitlab-signing)"
  same "at GitLab" "$(secrets_at gitlab)" "$(cat secrets/gitlab-signing)"
  rotate gitea:acme/gt-one --quiet
  same "at Gitea" "$(secrets_at gitea)" "$(cat secrets/gitea-hook)"
  rotate gitea:acme/gt-one --quiet
  same "once more, which ends the first" "$(secrets_at gitea)" "$(cat secrets/gitea-hook)"
}

# Killed at each step in turn; then what the forge signs with is taken, by the server that runs and by one that starts.
killed() {
  local point hit
  for point in rotate.written:1 rotate.reloaded:1 rotate.set:1 rotate.set:2 rotate.tried:1 rotate.kept:1 rotate.renamed:1; do
    rm -f hits
    if { FETTLE_CRASH=$point:$DIR/hits rotate /hook/github; } > out 2>&1; then
      grep -q FETTLE_CRASHPOINTS "$BIN/../CMakeCache.txt" && grep -q 'FETTLE_CRASHPOINTS:BOOL=ON' "$BIN/../CMakeCache.txt" &&
        fail "$point was not reached: $(cat out)"
      echo "the programs have no crash points"
      return 0
    fi
    for hit in running started; do
      mapfile -t there < <(each_secret)
      for secret in "${there[@]}"; do must "$point, $hit: what the forge has" takes "$secret"; done
      [ $hit = started ] || { stop_fettle KILL; start_fettle "$DIR"; }
    done
    must "$point: the same command goes on" rotate /hook/github --quiet
    same "$point: the same everywhere" "$(secrets_at github)" "$(cat secrets/hook)"
    must "$point: it is good" takes "$(cat secrets/hook)"
    must "$point: nothing is left over" test ! -e secrets/hook.next
  done
}

fails() { # the second repository cannot be written
  local rc=0 was
  was=$(cat secrets/hook)
  lab_fault denied --count 0 --match "PATCH /github/repos/acme/two/hooks"
  rotate /hook/github > out 2> err || rc=$?
  same "no permission" $rc 5
  has "where" "$(cat err)" "github:acme/two: permission is missing"
  same "the forge has both" "$(each_secret | wc -l)" 2
  mapfile -t there < <(each_secret)
  for secret in "${there[@]}"; do must "each is good" takes "$secret"; done
  rc=0
  rotate /hook/github --finish 2> err || rc=$?
  same "not at its end" $rc 8
  "$FETTLE" lab fault --url "$LAB_URL" --ca tls/cert.pem clear > /dev/null
  rotate /hook/github --quiet
  same "then the same everywhere" "$(secrets_at github)" "$(cat secrets/hook)"
  must "another one" test "$was" != "$(cat secrets/hook)"
}

refuses() {
  local rc=0 was files
  was=$(cat secrets/hook)
  files=$(ls secrets)
  code() { rc=0; rotate "$@" > out 2> err || rc=$?; }
  code /hook/none; same "no such webhook" $rc 4
  code /hook/gitlab-system; same "a system hook" $rc 2
  code /hook/gitlab; same "connected nowhere" $rc 4
  has "why" "$(cat err)" "no repository of gitlab has a hook that points at"
  code /hook/github --grace soon; same "no duration" $rc 2
  code /hook/github --grace 1m --finish; same "one or the other" $rc 2
  cp fettle.yaml kept.yaml
  sed -i 's|secrets: \[{file: secrets/gitea-hook}\]|secrets: [{env: GITEA_HOOK}]|' fettle.yaml
  GITEA_HOOK=x code /hook/gitea; same "in no file" $rc 2
  cp kept.yaml fettle.yaml
  stop_fettle
  code /hook/github; same "no server" $rc 6
  start_fettle "$DIR"
  same "nothing was changed" "$(cat secrets/hook) $(ls secrets)" "$was $files"
}

case_of 'a secret is exchanged at all hooks while deliveries come, and the old one ends when it is said' exchanges
case_of 'signing tokens stay signing tokens; a grace may be waited for' others
case_of 'killed between any two steps, both ends know each other, and the same command goes on' killed
case_of 'a forge that refuses in the middle leaves both secrets good' fails
case_of 'what cannot be rotated is refused, and changes nothing' refuses
finish_cases
stop_fettle
! grep -q 'ERROR: AddressSanitizer\|runtime error' "$DIR/fettle.log" "$DIR/lab.log" || fail "a sanitizer found something"
