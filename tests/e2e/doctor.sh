#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `fettle doctor` with and without a server: everything sound, then one thing after the other broken, and mended where
# that is safe. usage: doctor.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"
command -v socat > /dev/null || { echo "skipped: socat is missing"; exit 77; }
export HOME=$DIR/home GIT_CONFIG_NOSYSTEM=1
unset FETTLE_URL FETTLE_CONFIG XDG_CONFIG_HOME
mkdir "$HOME" "$DIR/bin"
printf '[user]\n\tname = Ann\n\temail = ann@example.org\n' > "$HOME/.gitconfig"
cd "$DIR"
# fettle-hook is looked for beside fettle: another folder, with a stand-in for it.
for name in fettle fettle-shim; do ln "$BIN/$name" bin/ 2> /dev/null || cp "$BIN/$name" bin/; done
printf '#!/bin/sh\ncat > /dev/null\n' > bin/fettle-hook
chmod 755 bin/fettle-hook
DOCTOR="$DIR/bin/fettle doctor"

doctor() { # STATUS OPTIONS: JSON into out.json
  local want=$1 rc=0
  shift
  $DOCTOR --json "$@" > out.json 2> err.txt || rc=$?
  [ "$rc" = "$want" ] || fail "doctor $*: exit $rc, not $want: $(jq -c '.findings[] | select(.level != "ok")' out.json) $(cat err.txt)"
  jq -e '.schema == 1 and all(.findings[]; (.level | IN("ok", "note", "warning", "error")) and (.code | test("^[a-z0-9-]+$")) and
    (.text | length > 0) and (.level == "ok" or (.mend | length > 0)))' out.json > /dev/null || fail "its form: $(cat out.json)"
}
found() { # LEVEL CODE [PART OF THE TEXT]
  jq -e --arg l "$1" --arg c "$2" --arg t "${3:-}" \
    'any(.findings[]; .level == $l and .code == $c and (.text | contains($t)))' out.json > /dev/null ||
    fail "no $1 $2 ${3:-}: $(jq -c '.findings[]' out.json)"
}
not_found() { jq -e --arg c "$1" 'all(.findings[]; .code != $c or .fixed)' out.json > /dev/null || fail "still $1: $(jq -c '.findings[]' out.json)"; }
mend_of() { jq -r --arg c "$1" '[.findings[] | select(.code == $c)][0].mend' out.json; }

# ---- nothing there ----
doctor 1
found error no-configuration "fettle.yaml"

# ---- sound, without a server ----
start_lab "$DIR"
make_config "$DIR"
mkdir -m 700 state
doctor 0
found note not-running; found note store-missing; found warning cert-self-signed; found ok ok "git is"
found ok ok "github answers, and knows the token as"; found ok ok "the clock agrees with that of github"
found note no-public-url; found ok ok "secrets, state and configuration"
[ "$(jq '.errors' out.json)" = 0 ] || fail "sound, and not"
$DOCTOR > text || fail "as text"
grep -q '^ok       forge         github answers' text && grep -q '^         mend: fettle serve$' text || fail "$(cat text)"
tail -n 1 text | grep -q '^0 errors, [0-9]* warnings$' || fail "$(cat text)"
! $DOCTOR --quiet | grep -q '^ok' || fail "--quiet says what is right"

# ---- modes ----
chmod 644 secrets/token; chmod 666 tls/key.pem; chmod 777 state; chmod 664 repositories.yaml
doctor 1
found error secret-open secrets/token; found error secret-open tls/key.pem; found error writable-by-others state
found error writable-by-others repositories.yaml; found error bad-secret
[ "$(mend_of secret-open)" = "chmod 600 '$DIR/secrets/token'" ] || fail "$(mend_of secret-open)"
doctor 0 --fix
[ "$(jq '[.findings[] | select(.fixed)] | length' out.json)" = 4 ] || fail "fixed: $(jq -c '.findings[] | select(.fixed)' out.json)"
[ "$(stat -c '%a' secrets/token tls/key.pem state repositories.yaml | xargs)" = "600 660 755 644" ] || fail "$(stat -c '%a %n' secrets/token tls/key.pem state repositories.yaml)"
doctor 0; not_found secret-open; not_found writable-by-others
rmdir state; doctor 0 --fix; found note state-missing; [ -d state ] || fail "state is not made"

# ---- the configuration ----
cp fettle.yaml good.yaml
echo 'brances: 1' >> fettle.yaml
doctor 1
found error unknown-key brances; found ok ok "git is"; found warning cert-self-signed
cp good.yaml fettle.yaml

# ---- certificates ----
cp -rp tls tls.good
new_cert() { # DAYS NAME [MORE]: signed by ca.pem
  openssl req -new -key tls/key.pem -subj "/CN=$2" -out req.pem
  openssl x509 -req -in req.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days "$1" -out tls/cert.pem \
    -extfile <(printf 'subjectAltName=DNS:%s\n' "$2") 2> /dev/null
}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=ca -keyout ca.key -out ca.pem 2> /dev/null
echo 'public-url: https://ci.example.org:8443' >> fettle.yaml
new_cert 60 ci.example.org; doctor 0; found warning cert-chain "unable to get"
echo 'forge-ca: ca.pem' >> fettle.yaml
doctor 0; found ok ok "tls/cert.pem holds for"; not_found cert-chain
new_cert 5 ci.example.org; doctor 0; found warning cert-ends-soon "cert.pem ends in"
new_cert -1 ci.example.org; doctor 1; found error cert-expired "1 days ago"
new_cert 60 other.example.org; doctor 1; found error cert-name "ci.example.org"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out tls/key.pem 2> /dev/null; chmod 600 tls/key.pem
doctor 1; found error key-of-another
echo > tls/key.pem; doctor 1; found error key-invalid
echo > tls/cert.pem; doctor 1; found error cert-invalid
rm -r tls; mv tls.good tls; cp good.yaml fettle.yaml

# ---- the machine ----
(ulimit -n 1000; $DOCTOR --json > out.json); found warning few-files "for 250 of 10000"
mv bin/fettle-hook bin/fettle-shim .; doctor 1; found error no-shim; found warning no-hook; mv fettle-hook fettle-shim bin/
mkdir nothing; (PATH=$DIR/nothing $DOCTOR --json > out.json 2> /dev/null) || true; found error git-missing
[ "$(isolation)" = none ] || found error no-bwrap
sed -i 's/isolation: .*}/isolation: none}/' fettle.yaml; doctor 0; found warning no-isolation; cp good.yaml fettle.yaml

# ---- forges ----
answers() { # FILE: of a forge that says nothing else
  [ -z "${STUB:-}" ] || { kill "$STUB"; wait "$STUB" 2> /dev/null || true; }
  socat "TCP-LISTEN:$STUB_PORT,fork,reuseaddr,bind=127.0.0.1" SYSTEM:"cat $1" > /dev/null 2>&1 &
  STUB=$!
  wait_until "curl -s -o /dev/null http://127.0.0.1:$STUB_PORT/" 5
}
STUB_PORT=$((20000 + $$ % 20000))
trap 'rc=$?; [ -z "${STUB:-}" ] || kill "$STUB"; set +e; (exit $rc); stop_all' EXIT
printf 'HTTP/1.1 401 Unauthorized\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}' > refuses
body='{"id":7,"login":"ann","type":"User"}'
date_in() { LC_ALL=C date -u -d "$1" '+%a, %d %b %Y %H:%M:%S GMT'; }
printf 'HTTP/1.1 200 OK\r\nDate: %s\r\ngithub-authentication-token-expiration: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' \
  "$(date_in '+100 seconds')" "$(date -u -d '+3 days 1 hour' '+%Y-%m-%d %H:%M:%S UTC')" ${#body} "$body" > ends
sed -i "s#url: $LAB_URL/github#url: http://127.0.0.1:$STUB_PORT#" fettle.yaml
answers refuses
doctor 1; found error token-refused github; found error clock-off "before that of github"
[[ $(mend_of token-refused) == *"$DIR/secrets/token"*"fettle reload" ]] || fail "$(mend_of token-refused)"
answers ends
doctor 0; found warning token-ends-soon "in 3 days"; found warning clock-off "behind that of github"; found ok ok "as ann's"
kill "$STUB"; wait "$STUB" 2> /dev/null || true; STUB=
doctor 1; found error unreachable "github does not answer"
cp good.yaml fettle.yaml
sed -i '0,/token: {file: secrets\/token}/{/token: {file/d}' fettle.yaml; doctor 0; found warning no-token github; cp good.yaml fettle.yaml

# ---- with a server: webhooks and their round trip ----
start_fettle "$DIR"
echo "public-url: https://127.0.0.1:$HTTPS_PORT" >> fettle.yaml; cp fettle.yaml served.yaml
doctor 0; found ok ok "it runs, and is ready"; found warning webhook-missing "github:acme/backend"; found warning webhook-missing "gitlab:acme/web/frontend"
[ "$(mend_of webhook-missing)" = "fettle connect github:acme/backend" ] || fail "$(mend_of webhook-missing)"
jq -e .server out.json > /dev/null || fail "a server runs"
echo "forge-ca: tls/cert.pem" >> fettle.yaml
stop_lab; start_lab "$DIR" --hook-ca tls/cert.pem
for name in github:acme/backend gitlab:acme/web/frontend; do "$FETTLE" connect $name --no-ping > /dev/null || fail "connect $name"; done
doctor 0; found ok ok "a trial of github:acme/backend came back after"; found ok ok "gitlab:acme/web/frontend has a webhook, which is on"
"$FETTLE" deliveries --json | jq -e '[.deliveries[].event] == ["ping"]' > /dev/null || fail "a trial that is a push: $("$FETTLE" deliveries)"
doctor 0 --no-ping; found ok ok "github:acme/backend has a webhook, which is on"
doctor 0 --ping; found ok ok "a trial of gitlab:acme/web/frontend came back after"
lab_fault denied --match /repos/acme/backend/hooks --count 9; doctor 0; found warning token-rights "github:acme/backend"
lab_fault clear; lab_fault gone --match /repos/acme/backend/hooks --count 9; doctor 1; found error repository-missing "github:acme/backend"
lab_fault clear; lab_fault swallowed --count 1; doctor 1; found error trial-lost "github:acme/backend"
lab_fault clear
[ "$(jq -r '[.findings[] | select(.area == "limits")][0].text' out.json | cut -c1-18)" = "the running server" ] || fail "whose limits: $(jq -c '.findings[]' out.json)"
stop_fettle
doctor 0; found note not-running; found ok ok "github:acme/backend has a webhook, which is on"

# ---- the store ----
found ok ok "checks found nothing wrong"
if command -v sqlite3 > /dev/null; then
  sqlite3 state/fettle.db "INSERT INTO step SELECT 5, 6, 0, '', '', 'run', '{}', 'success', 0, 0, 'done', 'error',
    'error', 0, 0, 0, 1, NULL, NULL, NULL, NULL, 0"
  doctor 1; found error steps-without-job; [[ $(mend_of steps-without-job) == *DELETE* ]] || fail "$(mend_of steps-without-job)"
fi
rm state/fettle.db*

# ---- git hooks ----
git init -q work
"$DIR/bin/fettle" hooks install --offline deny work > /dev/null
cp work/.git/hooks/pre-push pre-push
in_work() { (cd "$DIR/work" && $DOCTOR -c ../fettle.yaml --json "$@" > ../out.json 2> ../err.txt) || true; }
in_work; found warning hook-unreachable; [ "$(mend_of hook-unreachable)" = "fettle serve" ] || fail "$(mend_of hook-unreachable)"
mv work/.git/hooks/pre-push work/.git/hooks/pre-push.old # as lefthook does
printf '#!/bin/sh\ncall_lefthook run pre-push\n' > work/.git/hooks/pre-push; chmod 755 work/.git/hooks/pre-push
in_work; found error hook-overwritten lefthook
[[ $(mend_of hook-overwritten) == "fettle hooks install --hook pre-push --server 'unix:$DIR/run/fettle.sock' --offline deny '$DIR/work'" ]] || fail "$(mend_of hook-overwritten)"
in_work --fix; not_found hook-overwritten
grep -q -- "--offline deny pre-push" work/.git/hooks/pre-push || fail "with its options"
"$DIR/bin/fettle" hooks uninstall work > /dev/null; rm work/.git/hooks/pre-push
cp pre-push work/.git/hooks/pre-push; chmod 644 work/.git/hooks/pre-push
in_work --fix; not_found hook-stale; [ -x work/.git/hooks/pre-push ] || fail "cannot be executed"
echo '# mine' >> work/.git/hooks/pre-push
in_work --fix; found error hook-edited; grep -q '^# mine' work/.git/hooks/pre-push || fail "what was edited was written over"
# A bare repository of this machine tells of pushes by its hooks alone.
git init -q --bare "it's api.git"
sed -i 's#^forges:#forges:\n  local: {kind: bare}#' fettle.yaml
echo "  - {name: api, id: local:team/api, url: \"$DIR/it's api.git\"}" >> repositories.yaml
doctor 0; found warning hook-missing "$DIR/it's api.git"
eval "$(mend_of hook-missing | sed "s#^fettle#$DIR/bin/fettle#")" > /dev/null || fail "$(mend_of hook-missing)"
doctor 0; not_found hook-missing
echo "doctor: ok"
