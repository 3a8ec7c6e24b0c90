#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Calls of local git hooks at the real server: pushes of real git with fettle-hook as pre-push to a repository of a forge
# and as pre-receive and post-receive of a bare one, and with a client of our own what no good client does.
# usage: hooks_server.sh FOLDER-OF-THE-PROGRAMS THE-CLIENT
set -eu
. "$(dirname "$0")/lib.sh" "$1"
CALL=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
HOOK=$BIN/fettle-hook

# ---- a repository of the forge, a bare one of this machine, and what judges them ----
start_lab "$DIR"
make_repo "$DIR/repos" backend
git clone -q --bare "$DIR/repos/backend" "$DIR/srv/backend.git"
git clone -q --bare "$DIR/repos/backend" "$DIR/srv/team/api.git"
cat > "$DIR/repositories.yaml" << END
repositories:
  - {name: backend, id: github:acme/backend, url: $DIR/srv/backend.git, default_branch: main}
  - {name: api, id: local:team/api, url: $DIR/srv/team/api.git, default_branch: main}
END
mkdir -p "$DIR/workflows"
cat > "$DIR/workflows/gate.yml" << 'END'
name: gate
on:
  pre_push: {branches-ignore: [free/**], wait: 10s}
  pre_receive: {wait: 10s}
jobs:
  look:
    steps:
      - uses: checkout
      - name: no bad file
        run: |
          [ ! -e slow ] || sleep "$(cat slow)"
          [ ! -e bad ] || { echo "the file bad is here"; exit 1; }
END
make_config "$DIR"
token=fettle_e2e0000000000000000000000000000000000000000
reader=fettle_e2e1111111111111111111111111111111111111111
hash_of() { printf %s "$1" | sha256sum | cut -d' ' -f1; }
sed -i -e 's/^forges:/forges:\n  local: {kind: bare}/' -e 's/^listen:/listen:\n  - {unix: run\/hooks.sock, serves: [hooks]}/' \
  "$DIR/fettle.yaml"
cat >> "$DIR/fettle.yaml" << END
limits: {pack: 1MiB, head-time: 2s}
public-url: https://ci.example.com
api:
  tokens:
    - {name: hooks, hash: "sha256:$(hash_of $token)", scopes: [hook]}
    - {name: reader, hash: "sha256:$(hash_of $reader)", scopes: [read]}
END
start_fettle "$DIR"
OPEN=$DIR/run/hooks.sock
[ "$(stat -c %a "$SOCKET")" = 600 ] || fail "the socket of the API is open"
[ "$(stat -c %a "$OPEN")" = 666 ] || fail "the socket of the hooks is not open"

deliveries() { "$FETTLE" deliveries list --limit 500 --json -c "$DIR/fettle.yaml" | jq "[.deliveries[]] | $1"; }
runs() { "$FETTLE" runs list --limit 500 --json -c "$DIR/fettle.yaml" | jq "[.runs[]] | $1"; }
metric() { curl -s "http://127.0.0.1:$HTTP_PORT/metrics" | sed -n "s/^automation_$1 //p"; }
counted() { # VERDICT REASON HOW-MANY [HOOK]
  local n
  n=$(metric "hook_calls_total{hook=\"${4:-pre-push}\",verdict=\"$1\",reason=\"$2\"}")
  [ "${n:-0}" = "$3" ] || fail "$1 $2 was counted ${n:-0} times, and not $3"
}
ask() { # EXPECTED-CODE LAST-LINE (a regular expression) ARGUMENTS: a call of our own client, its updates on stdin
  local code=0 want=$1 line=$2
  shift 2
  "$CALL" "$@" > "$DIR/said" 2>&1 || code=$?
  [ "$code" = "$want" ] && tail -n 1 "$DIR/said" | grep -qxE "$line" || [ "$line" = "$(cat "$DIR/said")" ] ||
    fail "$* gave $code: $(cat "$DIR/said")"
}

# ---- pre-push: real git, the forge's repository ----
git clone -q "$DIR/srv/backend.git" "$DIR/clone"
cd "$DIR/clone"
hook() { # FOLDER NAME OPTIONS
  printf '#!/bin/sh\nexec %s --server unix:%s %s %s "$@"\n' "$HOOK" "$OPEN" "${3:-}" "$2" > "$1/$2"
  chmod +x "$1/$2"
}
commit() { # FILE CONTENT
  printf '%s\n' "$2" > "$1"
  git add -A
  git -c user.name=ann -c user.email=ann@example.com commit -q -m "$1 $2"
}
hook .git/hooks pre-push
commit good 1
TRACEPARENT=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 git push -q origin HEAD:main > "$DIR/push" 2>&1 || fail "a good push was refused: $(cat "$DIR/push")"
grep -q 'run [0-9a-z]*  https://ci.example.com/runs/' "$DIR/push" || fail "no run was told of: $(cat "$DIR/push")"
grep -q 'job look: success' "$DIR/push" || fail "the job was not told of: $(cat "$DIR/push")"
[ "$(git -C "$DIR/srv/backend.git" rev-parse main)" = "$(git rev-parse HEAD)" ] || fail "the push went nowhere"
counted allow judged 1
[ "$(runs '.[0].trace')" = '"4bf92f3577b34da6a3ce929d0e0e4736"' ] || fail "the run has not the trace of the push: $(runs '.[0].trace')"
good=$(git rev-parse HEAD)

commit bad 1
! git push -q origin HEAD:main > "$DIR/push" 2>&1 || fail "a bad push passed"
grep -q '| the file bad is here' "$DIR/push" || fail "why was not said: $(cat "$DIR/push")"
grep -q 'step "no bad file": failure' "$DIR/push" || fail "the step was not named: $(cat "$DIR/push")"
[ "$(git -C "$DIR/srv/backend.git" rev-parse main)" = "$good" ] || fail "a refused push arrived"
counted deny judged 1
n=$(runs length)
! git push -q origin HEAD:main > "$DIR/push" 2>&1 || fail "a bad push passed the second time"
[ "$(runs length)" = "$n" ] || fail "the same was judged again"
counted deny reused 1
git push -q origin HEAD:free/bad > "$DIR/push" 2>&1 || fail "nobody judges free/bad: $(cat "$DIR/push")"
counted allow no-workflow 1
git push -q origin :free/bad > "$DIR/push" 2>&1 || fail "a branch cannot be deleted: $(cat "$DIR/push")"
counted allow deleted 1
FETTLE_SKIP=1 git push -q origin HEAD:skipped > "$DIR/push" 2>&1 || fail "FETTLE_SKIP was refused: $(cat "$DIR/push")"
git reset -q --hard "$good"
for i in $(seq 20); do git branch "b$i"; done
git push -q origin $(seq -f 'b%g' 20) > "$DIR/push" 2>&1 || fail "twenty refs were refused: $(cat "$DIR/push")"
[ "$(deliveries 'map(select(.event == "pre-push")) | length')" -ge 24 ] || fail "not each ref has its delivery"

# ---- a bare repository: quarantined objects, remote: lines, a push that is told of ----
git clone -q "$DIR/srv/team/api.git" "$DIR/api"
cd "$DIR/api"
hook "$DIR/srv/team/api.git/hooks" pre-receive
hook "$DIR/srv/team/api.git/hooks" post-receive
commit bad 2
! git push -q origin HEAD:main > "$DIR/push" 2>&1 || fail "the bare repository took a bad push"
grep -q 'remote: .*| the file bad is here' "$DIR/push" || fail "why was not said: $(cat "$DIR/push")"
counted deny judged 1 pre-receive
git reset -q --hard HEAD~1
commit good 2
git push -q origin HEAD:main > "$DIR/push" 2>&1 || fail "the bare repository refused a good push: $(cat "$DIR/push")"
counted allow judged 1 pre-receive
counted allow background 1 post-receive
[ "$(deliveries 'map(select(.event == "post-receive")) | length')" = 1 ] || fail "the push was not told of"

# ---- what comes twice, in part or not at all ----
cd "$DIR/clone"
remote="remote=$DIR/srv/backend.git"
new() { # CONTENT [REF]: updates of a new commit
  commit "$1" "$(date +%s%N)"
  echo "$good $(git rev-parse HEAD) refs/heads/${2:-new}"
}
new twice > "$DIR/in"
ask 0 "allow judged" "$OPEN" pre-push "$PWD" "$remote" id=the-same "offer=$good" < "$DIR/in"
grep -qx 'have 1' "$DIR/said" || fail "the server did not find what it has: $(cat "$DIR/said")"
n=$(deliveries length) r=$(runs length)
ask 0 "allow judged" "$OPEN" pre-push "$PWD" "$remote" id=the-same < "$DIR/in"
[ "$(deliveries length) $(runs length)" = "$n $r" ] || fail "the same call did something twice"
echo "$good $good refs/heads/else" | ask 1 "deny error" "$OPEN" pre-push "$PWD" "$remote" id=the-same
grep -q 'another call had this id' "$DIR/said" || fail "an id used twice was not explained: $(cat "$DIR/said")"
new other > "$DIR/in"
mirror=$(ls -d "$DIR"/state/mirrors/*.git | while read -r m; do git -C "$m" cat-file -e "$good" && echo "$m" && break; done)
ask 1 "deny bad-pack" "$OPEN" pre-push "$PWD" "$remote" bad=pack "offer=$good" < "$DIR/in"
ask 1 "deny bad-pack" "$OPEN" pre-push "$PWD" "$remote" bad=none "offer=$good" < "$DIR/in"
grep -q 'git would not make one' "$DIR/said" || fail "why there is no pack was lost: $(cat "$DIR/said")"
head -c 1500000 /dev/urandom > random
new large > "$DIR/large"
ask 1 "deny too-large" "$OPEN" pre-push "$PWD" "$remote" "offer=$good" < "$DIR/large"
grep -q 'limits.pack' "$DIR/said" || fail "the limit was not named: $(cat "$DIR/said")"
! git -C "$mirror" cat-file -e "$(cut -d' ' -f2 "$DIR/large")" 2> /dev/null || fail "a refused pack is in the mirror"
! ls -d "$DIR"/state/mirrors/*.pushed/in-* > /dev/null 2>&1 || fail "a refused pack was left behind"
git reset -q --hard "$good"
ask 3 "" "$OPEN" pre-push "$PWD" "$remote" bad=bytes < /dev/null
ask 3 "" "$OPEN" pre-push "$PWD" "$remote" bad=early "offer=$good" < "$DIR/in"
ask 0 "allow nothing" "$OPEN" pre-push "$PWD" "$remote" < /dev/null
ask 0 "allow unknown-repository" "$OPEN" pre-push "$PWD" remote=git@github.com:acme/none < "$DIR/in"
ask 0 "allow unknown-repository" "$OPEN" pre-receive "$PWD" < "$DIR/in"
ask 3 "this server knows no hook of the name fsmonitor" "$OPEN" fsmonitor "$PWD" < "$DIR/in"
ask 0 "allow skipped" "$OPEN" pre-push "$PWD" "$remote" option=fettle.skip=1 < "$DIR/in"
[ "$(deliveries '[.[] | select(.reason // "" | startswith("skipped: "))] | length')" = 2 ] || fail "a skipped push is not seen"
counted deny bad-pack 2
counted deny too-large 1
counted none bad-bytes 1
counted none bad-bytes 1 other
counted none unknown-hook 1 other

# ---- the client stops waiting, and the run goes on ----
echo 2 > slow
new slowly > "$DIR/in"
ask 0 "allow background" "$OPEN" pre-push "$PWD" "$remote" wait=1200 "offer=$good" < "$DIR/in"
grep -q 'not judged yet' "$DIR/said" || fail "background was not explained: $(cat "$DIR/said")"

# ---- the server is stopped while somebody waits: his own policy decides, and nothing is doubled afterwards ----
new again > "$DIR/in"
"$CALL" "$OPEN" pre-push "$PWD" "$remote" id=restarted "offer=$good" < "$DIR/in" > "$DIR/waited" 2>&1 &
waiting=$!
wait_until "grep -q '^run ' '$DIR/waited'" 10
stop_fettle
code=0
wait "$waiting" || code=$?
[ "$code" = 3 ] || fail "who waited was told $code: $(cat "$DIR/waited")"
start_fettle "$DIR"
n=$(deliveries length) r=$(runs length)
ask 1 "deny error" "$OPEN" pre-push "$PWD" "$remote" id=restarted "offer=$good" < "$DIR/in"
grep -q 'push again' "$DIR/said" || fail "what to do was not said: $(cat "$DIR/said")"
[ "$(deliveries length) $(runs length)" = "$n $r" ] || fail "the call of before was stored or judged twice"
ask 0 "allow (judged|reused)" "$OPEN" pre-push "$PWD" "$remote" "offer=$good" < "$DIR/in"
[ "$(runs length)" = "$r" ] || fail "the run of before was not joined"

# ---- who may call ----
head_of() { # OPTIONS: the status line of an upgrade without a call
  curl -s -m 0.5 --http1.1 -o /dev/null -D - -H 'Connection: Upgrade' -H 'Upgrade: fettle-hook/1' "$@" | head -n 1 | tr -d '\r'
}
tls() { head_of --cacert "$DIR/tls/cert.pem" "$@" "https://localhost:$HTTPS_PORT/hook"; }
[ "$(tls)" = "HTTP/1.1 401 Unauthorized" ] || fail "without a token: $(tls)"
[ "$(tls -H 'Authorization: Bearer fettle_none')" = "HTTP/1.1 401 Unauthorized" ] || fail "an unknown token passed"
[ "$(tls -H "Authorization: Bearer $reader")" = "HTTP/1.1 403 Forbidden" ] || fail "a token without the scope passed"
[ "$(tls -H "Authorization: Bearer $token")" = "HTTP/1.1 101 Switching Protocols" ] || fail "a token does not pass"
[ "$(head_of "http://127.0.0.1:$HTTP_PORT/hook")" = "HTTP/1.1 401 Unauthorized" ] || fail "loopback passes without a token"
[ "$(curl -s -o /dev/null -w '%{http_code}' --unix-socket "$OPEN" http://fettle/hook)" = 426 ] || fail "no upgrade is no 426"
[ "$(curl -s -o /dev/null -w '%{http_code}' --unix-socket "$OPEN" http://fettle/api/v1/runs)" != 200 ] ||
  fail "the open socket serves the API"
# by TLS, the whole call
echo "$good $good refs/heads/same" | "$CALL" - pre-push "$PWD" "$remote" bad=print "token=$token" > "$DIR/frame"
(cat "$DIR/frame"; sleep 1) | openssl s_client -quiet -verify_quiet -verify_return_error -CAfile "$DIR/tls/cert.pem" \
  -connect "127.0.0.1:$HTTPS_PORT" > "$DIR/said" 2>&1 || true
grep -qa 'allow \(judged\|reused\)' "$DIR/said" || fail "by TLS it was said: $(tr -d '\0' < "$DIR/said")"
for reason in hook-no-token hook-bad-token hook-no-scope hook-no-upgrade; do
  [ -n "$(metric "refused_total{reason=\"$reason\"}")" ] || fail "$reason is not counted"
done
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
  chmod 711 "$DIR" "$DIR/run"
  install -m 755 "$CALL" "$DIR/call"
  nobody() { (cd / && setpriv --reuid 65534 --regid 65534 --clear-groups "$DIR/call" "$OPEN" pre-push / "$remote" < /dev/null); }
  code=0
  nobody > "$DIR/said" 2>&1 || code=$?
  [ "$code $(tail -n 1 "$DIR/said")" = "1 deny not-allowed" ] || fail "a stranger was told $code: $(cat "$DIR/said")"
  grep -q '65534' "$DIR/said" || fail "who he is was not said: $(cat "$DIR/said")"
  echo 'hooks: {users: {"65534": }}' >> "$DIR/fettle.yaml"
  "$FETTLE" reload -c "$DIR/fettle.yaml" > /dev/null
  wait_until '[ "$(nobody 2> /dev/null | tail -n 1)" = "allow nothing" ]' 5
  counted deny not-allowed 1 other
fi

# ---- who does not speak, and who goes away ----
timeout 8 curl -s -N --http1.1 -o /dev/null -H 'Connection: Upgrade' -H 'Upgrade: fettle-hook/1' --unix-socket "$OPEN" \
  http://fettle/hook &
silent=$!
new away > "$DIR/in"
"$CALL" "$OPEN" pre-push "$PWD" "$remote" bad=stop "offer=$good" < "$DIR/in" > "$DIR/said" 2>&1 &
leaving=$!
wait_until "grep -q send '$DIR/said'" 10
kill "$leaving"
wait "$leaving" 2> /dev/null || true
wait_until '[ "$(metric "hook_calls_total{hook=\"pre-push\",verdict=\"none\",reason=\"gone\"}")" = 1 ]' 5
wait_until '[ -n "$(metric "hook_calls_total{hook=\"other\",verdict=\"none\",reason=\"slow\"}")" ]' 8
wait "$silent" || true

# ---- many at once, none refused ----
git reset -q --hard "$good"
known="$(git rev-parse HEAD~1) $good refs/heads/main"
pids=
for i in $(seq 60); do
  if [ $((i % 6)) = 0 ]; then
    git reset -q --hard "$good"
    commit many "$i"
    echo "$good $(git rev-parse HEAD) refs/heads/free/$i" > "$DIR/in.$i"
  else
    echo "$known" > "$DIR/in.$i"
  fi
  "$CALL" "$OPEN" pre-push "$PWD" "$remote" "offer=$good" < "$DIR/in.$i" > "$DIR/said.$i" 2>&1 &
  pids="$pids $!"
done
for p in $pids; do wait "$p" || fail "one of many was refused: $(tail -qn 1 "$DIR"/said.* | sort | uniq -c)"; done
[ "$(metric hook_calls_open)" = 0 ] || fail "calls are open that nobody makes: $(metric hook_calls_open)"
echo "ok: pushes were judged before they happened, and what was not right was refused with its reason"
