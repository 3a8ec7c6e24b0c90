#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# /healthz and /readyz tell the truth: a thread that stands still, a store that cannot write, a certificate that ends, a
# forge that is away, a configuration that was refused; what strangers hear; and what systemd is told.
# usage: health.sh FOLDER-OF-THE-PROGRAMS HOLD-THREAD
set -eu
. "$(dirname "$0")/lib.sh" "$1"
HOLD=$(realpath "$2")
for tool in socat sqlite3; do command -v $tool > /dev/null || { echo "skipped: $tool is missing"; exit 77; }; done
cd "$DIR"

get() { # PATH [CURL OPTIONS]: status into $status, body into $body
  status=$(curl -sS -o body -w '%{http_code}' "${@:2}" "http://127.0.0.1:$HTTP_PORT$1")
  body=$(cat body)
}
same() { [ "$2" = "$3" ] || fail "$1: $2 instead of $3"; }
check_is() { # NAME STATE
  get /readyz
  jq -e --arg n "$1" --arg s "$2" 'any(.checks[]; .name == $n and .state == $s)' body > /dev/null
}
alive_is() { get /healthz; [ "$status" = "$1" ] && [[ $body == $2 ]]; }
fed() { grep -c WATCHDOG=1 notify.log || true; }

start_lab "$DIR"
make_config "$DIR"
sed -i 's/^slots:.*/slots: 2\nlimits: {stall: 3s}\napi: {tokens: [{name: ops, hash: "sha256:'"$(printf 'fettle_x%.0s' $(seq 8) | sha256sum | cut -d' ' -f1)"'", scopes: [read]}]}/' fettle.yaml
sed -i 's/https: 127.0.0.1:0, serves: \[hooks\]/https: 0.0.0.0:0, serves: [hooks, api]/' fettle.yaml
socat -u UNIX-RECV:notify.sock OPEN:notify.log,creat,append & SOCAT=$!
trap 'rc=$?; kill $SOCAT 2> /dev/null || true; (exit $rc); stop_all' EXIT
wait_until "[ -S notify.sock ]" 5
NOTIFY_SOCKET=$DIR/notify.sock WATCHDOG_USEC=900000 start_fettle "$DIR"

# ---- all is well ----
get /healthz; same healthz "$status $body" "200 ok"
get /readyz; same readyz "$status" 200
jq -e '.ready and .store == "writable" and (.draining | not) and all(.checks[]; .state == "ok" and (.since | test("Z$"))) and
  ([.checks[].name] | contains(["store", "disk", "engine", "lag", "certificate", "configuration", "draining", "forge:github"]))' \
  body > /dev/null || fail "$body"
wait_until "grep -q READY=1 notify.log && [ \$(fed) -ge 2 ]" 5

# ---- who may not know names ----
stranger() { status=$(curl -sS -k -o body -w '%{http_code}' "$@" "https://127.0.0.1:$HTTPS_PORT/readyz"); }
stranger; same "a stranger" "$status" 200
jq -e '.ready and all(.checks[]; has("detail") | not) and all(.checks[]; .name | contains(":") | not)' body > /dev/null || fail "$(cat body)"
stranger -H "Authorization: Bearer $(printf 'fettle_x%.0s' $(seq 8))"
jq -e 'any(.checks[]; .name == "forge:github" and has("detail"))' body > /dev/null || fail "$(cat body)"
status=$(curl -sS -k -o body -w '%{http_code}' "https://127.0.0.1:$HTTPS_PORT/healthz"); same healthz "$status" 200
status=$(curl -sS -k -o body -w '%{http_code}' "https://127.0.0.1:$HTTPS_PORT/metrics"); same metrics "$status" 401

# ---- a configuration that is refused ----
cp fettle.yaml good.yaml; echo 'brances: 1' >> fettle.yaml
! "$FETTLE" reload -c good.yaml > /dev/null 2>&1 || fail "a broken file was taken"
check_is configuration warn || fail "$body"
same ready "$status" 200
"$FETTLE" status -c good.yaml | grep -q '^warn: configuration, .*brances' || fail "$("$FETTLE" status -c good.yaml)"
cp good.yaml fettle.yaml; "$FETTLE" reload > /dev/null; check_is configuration ok || fail "$body"

# ---- certificates, a forge that is away: at the same time, each is found within 5 s ----
cp -r tls tls.good
stop_lab
push github backend > /dev/null
openssl req -x509 -key tls/key.pem -days 5 -subj /CN=localhost -out tls/cert.new 2> /dev/null; mv tls/cert.new tls/cert.pem
wait_until 'check_is forge:github warn && check_is certificate warn' 20
same ready "$status" 200
grep -q 'check=certificate state=warn' fettle.log || fail "the log does not say so"
openssl req -x509 -key tls/key.pem -not_before 20200101000000Z -not_after 20200201000000Z -subj /CN=localhost -out tls/cert.new 2> /dev/null ||
  openssl x509 -req -days -1 -signkey tls/key.pem -out tls/cert.new 2> /dev/null \
    -in <(openssl req -new -key tls/key.pem -subj /CN=localhost)
mv tls/cert.new tls/cert.pem; "$FETTLE" reload > /dev/null
check_is certificate fail || fail "$body"
same "not ready" "$status" 503
! "$FETTLE" status > out || fail "status says it is well"
grep -q '^fail: certificate, ' out || fail "$(cat out)"
cp tls.good/cert.pem tls/cert.pem; "$FETTLE" reload > /dev/null
start_lab "$DIR"
wait_until 'check_is certificate ok && check_is forge:github ok' 30

# ---- the store cannot write ----
mkfifo lock.in
sqlite3 state/fettle.db < lock.in > lock.out & LOCK=$!
exec 7> lock.in
echo 'PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE; SELECT 1;' >&7
wait_until 'grep -q ^1 lock.out' 10
push github backend > /dev/null & PUSH=$!
# ---- and meanwhile the engine thread stands still ----
mkfifo hold.in
"$HOLD" "$FETTLE_PID" fettle < hold.in > hold.out 2> hold.err & HELD=$!
exec 8> hold.in
wait_until 'grep -q held hold.out || ! kill -0 $HELD' 5
before=$(fed)
if grep -q held hold.out; then
  wait_until "alive_is 503 'engine: its loop has not turned for * s'" 8
  check_is engine fail || fail "$body"
  same "not ready" "$status" 503
  [ "$(fed)" -le $((before + 1)) ] || fail "the watchdog is fed by who stands still"
else
  echo "not held: $(cat hold.err)"
fi
exec 8>&-
wait $HELD || true
wait_until "alive_is 503 'store: it has owed an answer for * s' || check_is store fail" 8
check_is store fail || true
same "not ready" "$status" 503
echo 'ROLLBACK;' >&7
exec 7>&-
wait $LOCK || true
wait_until "alive_is 200 ok && check_is store ok && check_is engine ok" 15
wait $PUSH || true
before=$(fed)
wait_until "[ \$(fed) -gt $before ]" 5

# ---- the unit of systemd ----
if command -v systemd-analyze > /dev/null; then
  sed "s|/usr/bin/fettle|$FETTLE|; s/^User=.*/User=root/; s/^Group=.*/Group=root/" "$E2E/../../contrib/systemd/fettle.service" > fettle.service
  systemd-analyze verify --man=no ./fettle.service > unit.out 2>&1 || fail "$(cat unit.out)"
  [ ! -s unit.out ] || fail "$(cat unit.out)"
fi

# ---- the end ----
stop_fettle
grep -q STOPPING=1 notify.log || fail "systemd is not told of the end"
