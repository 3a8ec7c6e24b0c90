#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The server between three emulated forges that lose answers, limit, redirect and go away: every status becomes final,
# every issue exists once, and no call comes before it is allowed.
# usage: forges.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"

FORGE_HOLD=1s # as it is by itself; the other tests look at every word
start_lab "$DIR"
make_config "$DIR"
cat > "$DIR/workflows/ci.yml" << 'END'
name: ci
on: {push: {branches: [main]}}
jobs:
  build:
    steps:
      - run: echo hello
END
cat > "$DIR/workflows/tell.yml" << 'END'
name: tell
on: {push: {repos: [backend], branches: [main]}}
jobs:
  tell:
    steps:
      - {uses: issue, with: {repo: backend, title: API broke, fingerprint: api, labels: [integration, two]}}
      - {uses: issue, with: {repo: frontend, title: API broke, fingerprint: api, labels: [integration, two]}}
      - {uses: issue, with: {repo: docs, title: API broke, fingerprint: api, labels: [integration, two]}}
END
start_fettle "$DIR"

quiet() { [ "$(lab_state | jq '[.statuses[] | select(.state == "success" and .context == "fettle/ci")] | length')" = "$1" ]; }

# ---- every way to sign is understood, and a wrong secret by none ----
to() { # PATH SECRET OPTIONS
  "$FETTLE" lab deliver --payload "$DIR/empty" --ca "$DIR/tls/cert.pem" --url "https://127.0.0.1:$HTTPS_PORT$1" \
    --secret-file "$DIR/secrets/$2" "${@:3}" > "$DIR/sent"
}
printf '{"n":"@ID@"}' > "$DIR/empty"
secret_file "$DIR/secrets/wrong" "whsec_$(openssl rand -base64 32)"
while read -r path secret options; do
  to "$path" "$secret" $options || fail "not taken: $path $options: $(cat "$DIR/sent")"
  to "$path" wrong $options && fail "taken with a wrong secret: $path $options"
  grep -q ' 401 ' "$DIR/sent" || fail "not 401 for a wrong secret: $path $options: $(cat "$DIR/sent")"
done << 'END'
/hook/github hook --forge github --event ping
/hook/github hook --forge github --event ping --form
/hook/gitlab gitlab-hook --forge gitlab --event Unknown
/hook/gitlab-signing gitlab-signing --forge gitlab --event Unknown --signing
/hook/gitlab-system gitlab-system --forge gitlab --system
/hook/gitea gitea-hook --forge gitea --event ping
/hook/gitea gitea-hook --forge gitea --event ping --form
/hook/gitea gitea-hook --forge forgejo --event ping
END

# ---- nothing goes wrong ----
for row in "github backend" "gitlab frontend" "gitea docs"; do
  push ${row% *} ${row#* } > /dev/null
  wait_until "status_is ${row% *} success fettle/ci" 30
done
wait_until "state_has '.issues | length == 3'" 30
state_has '.issues | all(.labels == ["integration","two"] and .state == "open" and (.marker | length) == 26)' ||
  fail "the issues: $(lab_state | jq -c .issues)"

# ---- everything goes wrong once, on new commits ----
for name in backend frontend docs; do change_repo "$DIR/repos" $name; done
for forge in github gitlab gitea; do
  lab_fault lost --match "POST /$forge/"
  lab_fault status-502 --match "POST /$forge/"
  lab_fault truncate --match "GET /$forge/"
done
lab_fault redirect --match "POST /github/repos/acme/backend/statuses"
lab_fault redirect --match "POST /gitlab/api/v4/projects/acme%2Fweb%2Ffrontend/statuses"
lab_fault conflict-409 --match "POST /gitlab/"
lab_fault unknown-sha --match "POST /github/repos/acme/backend/statuses"
lab_fault rate-limit --ms 3000 --match "POST /gitea/api/v1/repos/acme/docs/statuses"
for row in "github backend" "gitlab frontend" "gitea docs"; do push ${row% *} ${row#* } > /dev/null; done
wait_until "quiet 6" 90

# ---- away for a while, and back ----
for name in backend frontend docs; do change_repo "$DIR/repos" $name; done
lab_fault away --ms 3000
for row in "github backend" "gitlab frontend" "gitea docs"; do push ${row% *} ${row#* } > /dev/null; done
wait_until "quiet 9" 90

state_has '.issues | length == 3' || fail "doubled issues: $(lab_state | jq -c .issues)"
# In each row of history: nothing behind the final state but the final state.
state_has '[.statuses[].history | (index("success")) as $i | .[$i:] | all(. == "success")] | all' ||
  fail "a status went back: $(lab_state | jq -c '[.statuses[].history]')"
lab_ledger --forge gitea | jq -es '
  def ms: (.at[0:19] + "Z" | fromdate) * 1000 + (.at[20:23] | tonumber);
  (map(select(.fault == "rate-limit")) | first) as $limit |
  ($limit | ms) as $at | [.[] | select(.seq > $limit.seq and ms < $at + 3000)] == []' > /dev/null ||
  fail "a call before the time that Retry-After told"
stop_fettle
! grep -q 'ERROR: AddressSanitizer\|runtime error' "$DIR/fettle.log" "$DIR/lab.log" || fail "a sanitizer found something"
echo "ok: $(lab_ledger | wc -l) requests, $(lab_ledger | jq -s '[.[] | select(.fault)] | length') of them under a fault"
