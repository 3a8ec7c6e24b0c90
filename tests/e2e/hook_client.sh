#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fettle-hook in real pushes, against tests/e2e/hook_server.c: what it says, what it sends, and that a push ends at its
# deadline whatever the server does. usage: hook_client.sh BIN HOOK_SERVER [MS-AFTER-THE-DEADLINE]
set -eu
. ./lib.sh "$1"
SERVER=$2
CLIENT=$BIN/fettle-hook
SOCK=$DIR/s.sock SAID=$DIR/said TIMES=$DIR/times SERVER_PID= HUNG_PID=
DEADLINE=300 LIMIT=$((300 + ${3:-100}))
export LC_ALL=C GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 FETTLE_SKIP=
export GIT_AUTHOR_NAME=ann GIT_AUTHOR_EMAIL=ann@example.com GIT_COMMITTER_NAME=ann GIT_COMMITTER_EMAIL=ann@example.com
trap 'rc=$?; set +e; stop_server; stop_pid "$HUNG_PID" KILL; (exit $rc); stop_all' EXIT

# ---- the server ----

stop_server() { [ -z "$SERVER_PID" ] || kill -KILL "$SERVER_PID" 2> /dev/null || :; SERVER_PID=; }
serve() { # WORD...
  stop_server
  rm -f "$SOCK"
  : > "$SAID"
  "$SERVER" --record "$SAID" "$SOCK" "$@" &
  SERVER_PID=$!
  disown "$SERVER_PID" # nobody wants to read of its end
  for _ in $(seq 500); do [ ! -S "$SOCK" ] || return 0; sleep 0.01; done
  fail "the server does not start"
}
said() { grep -qx -e "$1" "$SAID" || { cat "$SAID" >&2; fail "the server did not hear: $1"; }; }
not_said() { ! grep -q -e "$1" "$SAID" || { cat "$SAID" >&2; fail "the server heard: $1"; }; }

# ---- repositories and pushes ----

install_hook() { # GIT-DIR HOOK OPTIONS: its start, end and exit code are lines of $TIMES
  mkdir -p "$1/hooks"
  printf '#!/bin/bash\nt=${EPOCHREALTIME/./}\n"%s" --server unix:%s %s %s "$@"\nrc=$?\necho $(((${EPOCHREALTIME/./} - t) / 1000)) $rc >> "%s"\nexit $rc\n' \
    "$CLIENT" "$SOCK" "$3" "$2" "$TIMES" > "$1/hooks/$2"
  chmod +x "$1/hooks/$2"
}
make_pair() { # NAME [OPTION OF INIT]: NAME.git is bare, NAME is a clone with one commit, pushed
  git init -q --bare ${2:-} -b main "$DIR/$1.git"
  git -C "$DIR/$1.git" config receive.advertisePushOptions true
  git init -q ${2:-} -b main "$DIR/$1"
  cd "$DIR/$1"
  git remote add origin "$DIR/$1.git"
  commit one
  git push -q origin main
}
commit() { echo "$1" > file && git add file && git commit -q -m "$1"; }
push() { : > "$TIMES"; git push "$@" > "$DIR/out" 2>&1; }
pushes() { push "$@" || { cat "$DIR/out" >&2; fail "git push $*"; }; }
refuses() { ! push "$@" || { cat "$DIR/out" >&2; fail "not refused: git push $*"; }; }
shows() { grep -q -e "$1" "$DIR/out" || { cat "$DIR/out" >&2; fail "the pusher did not read: $1"; }; }
took() { read -r ms rc < "$TIMES"; }

# A server that does not do as it should. AT: `end`, it lasts until the deadline, or `once`. BY: what the pusher reads.
# The word `stopped`: it has SIGSTOP; `gone`: it was there.
N=0
bad() { # AT BY WORD...
  local at=$1 by=$2
  shift 2
  for policy in allow deny; do
    # What decides then is the same for all of them: of those that end at once every second one is enough.
    [ "$at" = end ] || [ $((N % 2)) = $([ $policy = allow ] && echo 0 || echo 1) ] || continue
    install_hook .git pre-push "--offline $policy --deadline $DEADLINE"
    for _ in 1 2 3; do # the machine may be busy, the client may not
      N=$((N + 1))
      serve "$@"
      [ "$1" != stopped ] || kill -STOP "$SERVER_PID"
      [ "$1" != gone ] || stop_server
      if push origin "HEAD:refs/heads/bad$N"; then rc=0; else rc=1; fi
      took
      [ "$ms" -gt $LIMIT ] || break
    done
    [ "$ms" -le $LIMIT ] || fail "the client took $ms ms of $DEADLINE: $*"
    [ "$at" = once ] || [ "$ms" -ge $((DEADLINE - 5)) ] || fail "it did not wait until the deadline but $ms ms: $*"
    shows "$by"
    [ "$policy $rc" = "allow 0" ] || [ "$policy $rc" = "deny 1" ] || fail "offline $policy, exit code $rc: $*"
    [ "$at" = end ] || return 0
  done
}
# The client alone, with what is on stdin: sets $ms and $rc.
client() { # OPTIONS AND ARGUMENTS
  local t=${EPOCHREALTIME/./}
  rc=0
  "$CLIENT" --server "unix:$SOCK" "$@" > "${OUT:-$DIR/out}" 2>&1 || rc=$?
  ms=$(((${EPOCHREALTIME/./} - t) / 1000))
}
# The same again while it took too long: the machine may be busy.
in_time() { # WHAT COMMAND...
  local what=$1
  shift
  for _ in 1 2 3; do
    "$@"
    [ "$ms" -gt $LIMIT ] || return 0
  done
  fail "$what: $ms ms"
}

make_pair one
install_hook .git pre-push "--offline deny"

# ---- what the server hears ----

echo "a new branch, and the lines of the server"
commit two
serve head call text:'run 1 has begun' ping allow:judged
pushes origin main:refs/heads/new
said 'hook pre-push' && said "repository $DIR/one/.git" && said "remote $DIR/one.git" && said "actor $(id -un)"
said "ref $(git rev-parse HEAD | tr '0-9a-f' 0) $(git rev-parse HEAD) refs/heads/new"
said "offer $(git rev-parse HEAD~1)"
said 'Upgrade: fettle-hook/1.*' && not_said Authorization
shows '^fettle: run 1 has begun$'
[ "$(sed -n 's/^wait //p' "$SAID")" -gt 29000 ] || fail "the client says another wait"

echo "refused"
serve head call text:'job test failed' deny:judged
refuses origin main
shows '^fettle: job test failed$' && shows '^fettle: refused: a run says no (judged)$'
took && [ "$rc" -eq 1 ]

echo "names of every kind"
serve head call allow:judged
git tag -a -m tag v1
pushes origin HEAD~0:refs/heads/tilde v1 :refs/heads/new
zero=$(git rev-parse HEAD | tr '0-9a-f' 0)
said "ref $zero $(git rev-parse HEAD) refs/heads/tilde" && said "ref $zero $(git rev-parse v1) refs/tags/v1"
said "ref $(git rev-parse HEAD) $zero refs/heads/new"

echo "twenty refs"
serve head call allow:judged
for i in $(seq 20); do git branch -q "b$i"; done
pushes origin $(seq -f 'b%g' 20)
[ "$(grep -c '^ref ' "$SAID")" -eq 20 ] || fail "not twenty refs"

echo "nothing to push, and a dry run"
serve head call allow:nothing
pushes origin b1
not_said '^ref ' && said 'hook pre-push'
serve head call allow:judged
commit dry
pushes --dry-run origin main
said "ref .* $(git rev-parse HEAD) refs/heads/main"

echo "passwords stay here"
serve head call deny:judged
git remote add web 'https://ann:secret@127.0.0.1:1/acme/api.git?private_token=secret'
{ echo "refs/heads/main $(git rev-parse HEAD) refs/heads/main $zero" |
  "$CLIENT" --server "unix:$SOCK" pre-push web "$(git remote get-url web)" > "$DIR/out" 2>&1; } && fail "not refused"
said 'remote https://127.0.0.1:1/acme/api.git' && not_said secret

# ---- packs ----

echo "a pack of what the server lacks"
git clone -q --bare "$DIR/one.git" "$DIR/mirror.git"
commit three
head -c 300000 /dev/urandom > big && git add big && git commit -q -m big
serve head call have:all send pack:"$DIR/pack" text:thanks allow:judged
pushes origin main
said 'pack end' && shows '^fettle: thanks$'
git -C "$DIR/mirror.git" index-pack --strict --fix-thin --stdin < "$DIR/pack" > /dev/null
git -C "$DIR/mirror.git" rev-list --objects "$(git rev-parse main)" > /dev/null || fail "the pack is not whole"
[ "$(stat -c %s "$DIR/pack")" -lt 320000 ] || fail "the pack has more than what is missing"

echo "the server has moved on: an id that is not here is not offered"
git -C "$DIR/one.git" update-ref refs/heads/b1 \
  "$(git -C "$DIR/one.git" commit-tree -p b1 -m theirs "$(git -C "$DIR/one.git" rev-parse 'b1^{tree}')")"
theirs=$(git -C "$DIR/one.git" rev-parse b1)
serve head call have:all send pack:"$DIR/pack" allow:judged
pushes --force origin main:b1
said 'pack end' && said "ref $theirs .*" && not_said "offer $theirs"
echo "an old id that only a second git finds is offered"
serve head call allow:judged
git update-ref -d refs/remotes/origin/b2
old=$(git commit-tree -m aside 'HEAD^{tree}')
echo "main $(git rev-parse main) refs/heads/aside $old" | "$CLIENT" --server "unix:$SOCK" pre-push origin "$DIR/one.git"
said "offer $old"

# ---- servers as they should not be ----

echo "bad servers"
late='cannot be asked: there was no verdict within 300 ms'
bad once 'cannot be asked: no server at .*s.sock: Connection refused' gone
bad end "$late" stopped
bad end "$late" hang
bad end "$late" head hang
bad end "$late" head call pings:1000:50
bad end "$late" head call send piece hang
bad end "$late" head call flood
bad once 'the server closed the connection before its verdict' head call kill
bad once 'the server closed the connection before its verdict' head call text:half raw:23000000
bad once 'the server closed the connection before its verdict' head call send piece kill
bad once 'what answers does not speak fettle-hook/1' raw:5353482d322e300a hang
bad once "the server's answer is none: this is no frame of version 1" head call raw:47415242414745 hang
bad once "the server's answer is none: the field" head call huge hang
bad once 'the server has an object that it was not asked for' head call have:"$zero" hang
for status in 401 404 503; do bad once "the server answers $status" status:$status; done
install_hook .git pre-push "--offline deny"


echo "a silent server is a hung one, long before the deadline"
ref="main $(git rev-parse main) refs/heads/main $zero"
serve head call pings:2:100 hang
( OUT=$DIR/silent.out
  client --deadline 20000 --offline deny pre-push origin "$DIR/one.git" <<< "$ref"
  echo "$ms $rc" > "$DIR/silent"; cat "$OUT" >> "$DIR/silent" ) &
SILENT_PID=$! HUNG_PID=$SERVER_PID SERVER_PID= # they go on beside the rest

# ---- what the machine does to it ----

echo "nobody reads what it says; git never stops writing"
mkfifo "$DIR/fifo"
exec 8<> "$DIR/fifo"
SOCK=$DIR/t.sock
install_hook .git pre-push "--offline deny"
serve head call flood
unread() {
  local t=${EPOCHREALTIME/./}
  rc=0
  "$CLIENT" --server "unix:$SOCK" --offline deny --deadline $DEADLINE pre-push <<< "$ref" 2>&8 || rc=$?
  ms=$(((${EPOCHREALTIME/./} - t) / 1000))
}
in_time "stderr that nobody reads" unread
[ "$rc" -eq 1 ] || fail "exit code $rc"
exec 8<&- 8<> "$DIR/fifo"
serve head call allow:judged
in_time "an input without an end" client --offline deny --deadline $DEADLINE pre-push <&8
[ "$rc" -eq 1 ] && shows 'no verdict within' || fail "exit code $rc"

echo "all of the input is read, also when nobody listens"
stop_server
seq -f "main $(git rev-parse main) refs/heads/%06.0f $zero" 200000 > "$DIR/lines"
mkfifo "$DIR/input"
( cat "$DIR/lines" > "$DIR/input" && echo whole > "$DIR/cat" ) &
client --deadline 5000 pre-push < "$DIR/input"
wait_until "[ -s '$DIR/cat' ]" 5
[ "$rc" -eq 0 ] && shows 'no server' || fail "exit code $rc"
serve head call allow:judged
client --deadline 5000 pre-push < "$DIR/lines"
[ "$rc" -eq 1 ] && shows 'refused: this push cannot be judged: it has' || fail "too many refs: $rc"

echo "what a script calls wrongly"
client pre-commit < /dev/null
[ "$rc" -eq 2 ] && shows 'the hook is pre-push' || fail "exit code $rc"
client pre-push <<< 'main refs/heads/main'
[ "$rc" -eq 1 ] && shows 'line 1 of its input is none that git writes' || fail "exit code $rc"
cd "$DIR" && client pre-push < /dev/null
[ "$rc" -eq 1 ] && shows 'there is no repository' || fail "exit code $rc"
cd "$DIR/one"

echo "children: no descriptor of ours, GIT_* only for git, and none is left behind"
mkdir "$DIR/prog" "$DIR/fake"
cp "$CLIENT" "$DIR/prog/"
cat > "$DIR/prog/fettle" << END
#!/bin/sh
{ echo "\$@"; env; ls -l /proc/\$\$/fd; } > "$DIR/relay"
head -c 4 > /dev/null
printf 'FHK1#\\0\\0\\0\\014allow judged'
END
cat > "$DIR/fake/git" << END
#!/bin/sh
{ env; ls -l /proc/\$\$/fd; } > "$DIR/git.\$1"
[ "\$1" = pack-objects ] || exit 0
sleep 33 &
echo \$! \$\$ > "$DIR/pids"
wait
END
chmod +x "$DIR"/prog/fettle "$DIR"/fake/git
export GIT_DIR=$DIR/one/.git GIT_QUARANTINE_PATH=/nowhere
( PATH=$DIR/fake:$PATH exec "$DIR/prog/fettle-hook" --server https://ci.example.com --token-file /t --ca /c pre-push \
  <<< "$ref" 7< /etc/hostname 9< "$DIR/lines" ) || fail "through the relay"
grep -qx 'hook-relay https://ci.example.com --token-file /t --ca /c' "$DIR/relay" || fail "the words of the relay"
! grep '^GIT_' "$DIR/relay" || fail "the relay sees variables of git"
grep -q "^GIT_QUARANTINE_PATH=/nowhere$" "$DIR/git.for-each-ref" || fail "git lacks its variables"
! grep -h -e hostname -e "$DIR/lines" "$DIR/relay" "$DIR/git.for-each-ref" || fail "a descriptor leaks"
# Nobody may wait for a grandchild here, so it can be left as a zombie.
killed() { for pid in $(cat "$DIR/pids"); do grep -q '^State:.[^Z]' "/proc/$pid/status" 2> /dev/null && return 1; done; :; }
serve head call send pack:/dev/null
hang() { PATH=$DIR/fake:$PATH client --deadline $DEADLINE pre-push <<< "$ref"; }
in_time "git that hangs" hang
[ "$rc" -eq 0 ] && shows 'no verdict within' || fail "exit code $rc"
wait_until killed 1
"$CLIENT" --version > /dev/null
PATH=$DIR/fake:$PATH "$CLIENT" --server "unix:$SOCK" pre-push <<< "$ref" &
hook=$!
sleep 0.2
wait_until "[ \$(grep -c ' ' '$DIR/pids') = 1 ] && ! killed" 5
kill -INT $hook 2> /dev/null || true
kill -TERM $hook
wait_until killed 1
unset GIT_DIR GIT_QUARANTINE_PATH

echo "FETTLE_SKIP"
serve head call allow:skipped
for i in 1 2 3 4 5; do # 200 ms can be short on a busy machine
  FETTLE_SKIP=1 pushes origin "HEAD:refs/heads/skip$i"
  ! grep -q '^fettle: not judged, as FETTLE_SKIP is set$' "$DIR/out" || break
done
said 'option fettle.skip=1' && shows '^fettle: not judged, as FETTLE_SKIP is set$'
serve hang
skip() { FETTLE_SKIP=1 client --offline deny pre-push <<< "$ref"; }
in_time FETTLE_SKIP skip
[ "$rc" -eq 0 ] && shows 'the server was not told of it' || fail "$rc after $ms ms"
FETTLE_SKIP=0 client --offline deny --deadline 100 pre-push <<< "$ref"
[ "$rc" -eq 1 ] || fail "FETTLE_SKIP=0 skips"

# ---- hooks of a server ----

echo "pre-receive: the pack has what is in quarantine"
make_pair two
git clone -q --bare "$DIR/two.git" "$DIR/mirror2.git"
install_hook "$DIR/two.git" pre-receive "--offline deny"
serve head call have:all send pack:"$DIR/pack" text:'run 2 has begun' allow:judged
commit two
GL_USER=bob pushes -o 'a b=c' -o x origin main HEAD:refs/heads/other
said 'hook pre-receive' && said "repository $DIR/two.git" && said 'actor bob' && said 'option a b=c' && said 'option x'
said "ref $(git rev-parse HEAD~1) $(git rev-parse HEAD) refs/heads/main" && said "offer $(git rev-parse HEAD~1)"
said 'pack end' && shows '^remote: fettle: run 2 has begun *$'
git -C "$DIR/mirror2.git" index-pack --strict --fix-thin --stdin < "$DIR/pack" > /dev/null
git -C "$DIR/mirror2.git" cat-file -e "$(git rev-parse HEAD)" || fail "the pack lacks what was in quarantine"
serve head call deny:judged
commit three
refuses origin main
shows '^remote: fettle: refused: a run says no (judged) *$'
[ "$(git -C "$DIR/two.git" rev-parse main)" = "$(git rev-parse HEAD~1)" ] || fail "a refused push moved the branch"
refuses $(seq -f '-o%g' 65) origin main
shows 'remote: fettle: refused: this push cannot be judged: it has 65 push options'
serve head call allow:deleted
pushes origin :other
said "ref $(git rev-parse HEAD~1) $zero refs/heads/other"
stop_server
refuses origin main
install_hook "$DIR/two.git" pre-receive "--offline allow"
pushes origin main
shows '^remote: fettle: not judged, as the server cannot be asked: no server'
rm "$DIR/two.git/hooks/pre-receive"

echo "update: each ref by itself"
install_hook "$DIR/two.git" update "--offline deny"
serve head call allow:judged
commit four
pushes origin main HEAD:refs/heads/u
[ "$(grep -c '^hook update' "$SAID")" -eq 2 ] && said "ref $zero $(git rev-parse HEAD) refs/heads/u"
serve head call deny:judged
refuses origin HEAD:refs/heads/v
rm "$DIR/two.git/hooks/update"

echo "post-receive never fails"
install_hook "$DIR/two.git" post-receive "--offline deny --deadline $DEADLINE"
post() {
  serve $words
  [ "$words" != gone ] || stop_server
  commit "post $words $((N += 1))"
  pushes origin main
  took
}
for words in 'head call allow:judged' 'head call deny:error' hang status:503 gone; do
  in_time "post-receive, $words" post
  [ "$rc" -eq 0 ] || fail "post-receive ends with $rc"
done
shows '^remote: fettle: the server could not be told of this push, and has to find it by itself: no server'

# ---- other kinds of repositories ----

echo "SHA-256, in front and behind"
make_pair sha --object-format=sha256
git clone -q --bare "$DIR/sha.git" "$DIR/mirror3.git"
for side in .git "$DIR/sha.git"; do
  rm -f .git/hooks/pre-push
  hook=pre-push; [ $side = .git ] || hook=pre-receive
  install_hook $side $hook "--offline deny"
  serve head call have:all send pack:"$DIR/pack" allow:judged
  commit "sha $hook"
  pushes origin main
  said "ref $(git rev-parse HEAD~1) $(git rev-parse HEAD) refs/heads/main" && said "offer $(git rev-parse HEAD~1)"
  git -C "$DIR/mirror3.git" index-pack --strict --fix-thin --stdin < "$DIR/pack" > /dev/null
  git -C "$DIR/mirror3.git" update-ref refs/heads/main "$(git rev-parse HEAD)"
done

echo "a linked worktree and a submodule are their repositories"
cd "$DIR/one"
serve head call allow:judged
git worktree add -q "$DIR/linked" -b linked
git -C "$DIR/linked" push -q origin linked 2> /dev/null
said "repository $DIR/one/.git"
git -C "$DIR/one" -c protocol.file.allow=always submodule add -q "$DIR/two.git" sub 2> /dev/null
mkdir -p .git/modules/sub/hooks && install_hook .git/modules/sub pre-push "--offline deny"
serve head call allow:judged
git -C sub push -q origin HEAD:refs/heads/of-sub
said "repository $DIR/one/.git/modules/sub" && said "remote $DIR/two.git"
rm "$DIR/two.git/hooks/post-receive"

# ---- a server on another machine ----

echo "through fettle hook-relay, by TLS"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test \
  -addext subjectAltName=IP:127.0.0.1 -keyout "$DIR/key.pem" -out "$DIR/cert.pem" 2> /dev/null
echo t0ken > "$DIR/token"
cd "$DIR/one"
serve_tls() { # WORD...
  stop_server
  : > "$SAID"
  : > "$DIR/port"
  "$SERVER" --record "$SAID" --tls "$DIR/cert.pem" "$DIR/key.pem" 0 "$@" > "$DIR/port" &
  SERVER_PID=$!
  disown "$SERVER_PID"
  wait_until "[ -s '$DIR/port' ]" 5
  printf '#!/bin/sh\nexec "%s" --server https://127.0.0.1:%s --token-file "%s" --ca "%s" --offline deny %s pre-push "$@"\n' \
    "$CLIENT" "$(cat "$DIR/port")" "$DIR/token" "${CA:-$DIR/cert.pem}" "${OPTIONS:-}" > .git/hooks/pre-push
}
git -C "$DIR/mirror.git" fetch -q "$DIR/one.git" '+refs/heads/main:refs/heads/main'
commit relayed
head -c 2000000 /dev/urandom > big && git add big && git commit -q -m bigger
serve_tls head call have:all send pack:"$DIR/pack" text:far deny:judged
refuses origin HEAD:refs/heads/main
said 'Authorization: Bearer t0ken.*' && said 'Host: 127.0.0.1:[0-9]*.*' && said 'hook pre-push' && said 'pack end'
shows '^fettle: far$' && shows '^fettle: refused: a run says no'
git -C "$DIR/mirror.git" index-pack --strict --fix-thin --stdin < "$DIR/pack" > /dev/null
serve_tls head call allow:judged
pushes origin HEAD:refs/heads/far
serve_tls status:401
refuses origin HEAD:refs/heads/far2
shows 'cannot be asked: the server answers 401'
rc=0
"$FETTLE" hook-relay "https://127.0.0.1:$(cat "$DIR/port")" --ca "$DIR/cert.pem" < /dev/zero > /dev/null 2>&1 || rc=$?
[ "$rc" -eq 5 ] || fail "the relay ends with $rc"
CA=/etc/ssl/certs/ca-certificates.crt serve_tls head call allow:judged
refuses origin HEAD:refs/heads/far2
shows 'cannot be asked: cannot reach the server at https://127.0.0.1'
serve_tls head call kill
refuses origin HEAD:refs/heads/far2
shows 'the server closed the connection before its verdict'
serve_tls head call send piece hang
client --offline deny --deadline 10 pre-push < /dev/null # so that it is in memory
relayed() {
  local t=${EPOCHREALTIME/./}
  rc=0
  "$CLIENT" --server "https://127.0.0.1:$(cat "$DIR/port")" --ca "$DIR/cert.pem" --offline deny --deadline $DEADLINE \
    pre-push <<< "$ref" > "$DIR/out" 2>&1 || rc=$?
  ms=$(((${EPOCHREALTIME/./} - t) / 1000))
}
in_time "a relay that hangs" relayed
[ "$rc" -eq 1 ] && shows 'no verdict within' || fail "exit code $rc"
rc=0
"$FETTLE" hook-relay http://127.0.0.1:1 < /dev/null 2> "$DIR/out" || rc=$?
[ "$rc" -eq 2 ] && shows 'hook-relay takes https://HOST:PORT, not http://127.0.0.1:1' || fail "http is taken: $rc"

wait "$SILENT_PID"
read -r ms rc < "$DIR/silent"
[ "$rc" -eq 1 ] && [ "$ms" -ge 6000 ] && [ "$ms" -lt 8000 ] && grep -q 'silent for 6000 ms' "$DIR/silent" ||
  fail "the silent server: $(cat "$DIR/silent")"
stop_pid "$HUNG_PID" KILL
HUNG_PID=
echo ok
