#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Real pushes over ssh (an sshd of one's own on loopback), http-backend and gitolite: pre-receive judges what is in the
# quarantine, its words come back as `remote:` lines, post-receive becomes a push event, and the statuses are notes.
# usage: hooks_transport.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"
for tool in sshd ssh ssh-keygen python3; do
  PATH=$PATH:/usr/sbin command -v $tool > /dev/null || { echo "skipped: $tool is missing"; exit 77; }
done
export GIT_CONFIG_GLOBAL=$DIR/gitconfig GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
git config --file "$DIR/gitconfig" user.name ann
git config --file "$DIR/gitconfig" user.email ann@example.com
LAB_URL=http://127.0.0.1:9
bare=$DIR/git/api.git
mkdir -p "$DIR/git" "$DIR/workflows" "$DIR/run"
git init -q --bare -b main "$bare"
git -C "$bare" config receive.advertisePushOptions true
git -C "$bare" config http.receivepack true
cat > "$DIR/workflows/gate.yml" << 'END'
name: gate
on: {pre_receive: {wait: 30s}}
jobs:
  gate:
    steps:
      - uses: checkout
      - run: "! grep -r FORBIDDEN src"
END
cat > "$DIR/workflows/ci.yml" << 'END'
name: ci
on: push
jobs:
  build:
    steps: [{uses: checkout}, {run: test -d src}]
END
testing=$DIR/gl/repositories/testing.git
cat > "$DIR/repositories.yaml" << END
repositories:
  - {name: api, id: local:team/api, url: $bare, default_branch: main}
  - {name: testing, id: local:team/testing, url: $testing, default_branch: main}
END
mkdir -p "$DIR/ssh" "$DIR/gl"
for who in host user ann; do ssh-keygen -q -t ed25519 -N '' -f "$DIR/ssh/$who"; done
if command -v gitolite > /dev/null; then
  cp "$DIR/ssh/ann.pub" "$DIR/ann.pub"
  HOME=$DIR/gl gitolite setup -pk "$DIR/ann.pub" > "$DIR/gitolite.out" 2>&1 || { cat "$DIR/gitolite.out" >&2; fail "gitolite setup"; }
  printf '%s\n' 'repo gitolite-admin' '  RW+ = ann' 'repo testing' '  - denied/ = @all' '  RW+ = @all' \
    > "$DIR/gl/.gitolite/conf/gitolite.conf"
  HOME=$DIR/gl gitolite setup > "$DIR/gitolite.out" 2>&1 || { cat "$DIR/gitolite.out" >&2; fail "gitolite setup"; }
fi
make_secrets "$DIR"
chmod 700 "$DIR"
cat > "$DIR/fettle.yaml" << END
listen:
  - unix: run/fettle.sock
store: sqlite:state/fettle.db
state: state
workflows: workflows
repositories: repositories.yaml
slots: 4
forges: {local: {kind: bare}}
runner: {isolation: $(isolation)}
END
start_fettle "$DIR"
export FETTLE_CONFIG=$DIR/fettle.yaml
"$FETTLE" hooks install "$bare" > "$DIR/install.out" || fail "hooks install"

work=$DIR/work
git init -q -b main "$work"
w() { git -C "$work" "$@"; }
commit() { # TEXT: one more commit
  mkdir -p "$work/src"
  echo "$1" > "$work/src/text"
  w add -A
  w commit -q --allow-empty -m "$1"
}
pushes() { # SENTENCE ARGUMENTS…: it must be taken
  local say=$1
  shift
  w push "$@" > "$DIR/push.log" 2>&1 || { cat "$DIR/push.log" >&2; fail "$say"; }
}
refused() { # SENTENCE ARGUMENTS…: it must be refused, and say so
  local say=$1
  shift
  ! w push "$@" > "$DIR/push.log" 2>&1 || { cat "$DIR/push.log" >&2; fail "$say: it went through"; }
  grep -q "^remote:.*gate" "$DIR/push.log" || { cat "$DIR/push.log" >&2; fail "$say: no word about it"; }
}
note_of() { git -C "$at" notes --ref=fettle show "$1" 2> /dev/null; }
at=$bare # where pushes arrive
judged() { # SENTENCE: over the remote `origin`, whatever it is
  commit "good $1"
  pushes "$1: a good push" origin HEAD:main
  wait_until "note_of $(w rev-parse HEAD) | grep -qP 'success\tfettle/ci'" 30
  wait_until "note_of $(w rev-parse HEAD) | grep -qP 'success\tfettle/gate'" 30
  commit "FORBIDDEN $1"
  refused "$1: a bad push" origin HEAD:main
  git -C "$at" cat-file -e "$(w rev-parse HEAD)" 2> /dev/null && fail "$1: the refused objects are there"
  w reset -q --hard HEAD~1
}

# ---- ssh ----

cp "$DIR/ssh/user.pub" "$DIR/ssh/authorized_keys"
# gitolite's own line, with its home: that of sshd's user is not it.
[ ! -f "$DIR/gl/.ssh/authorized_keys" ] ||
  sed -n "s|^command=\"|command=\"env HOME=$DIR/gl GIT_CONFIG_GLOBAL=$DIR/gitconfig |p" "$DIR/gl/.ssh/authorized_keys" \
    >> "$DIR/ssh/authorized_keys"
port=$((20000 + RANDOM % 20000))
cat > "$DIR/ssh/sshd_config" << END
ListenAddress 127.0.0.1:$port
HostKey $DIR/ssh/host
AuthorizedKeysFile $DIR/ssh/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
AcceptEnv GIT_PROTOCOL
END
[ -d /run/sshd ] || [ "$(id -u)" != 0 ] || mkdir -p /run/sshd
$(PATH=$PATH:/usr/sbin command -v sshd) -D -e -f "$DIR/ssh/sshd_config" 2> "$DIR/ssh/log" &
SSHD_PID=$!
trap 'stop_pid "$SSHD_PID"; stop_pid "${HTTPD_PID:-}"; stop_all' EXIT
wait_until "(exec 3<> /dev/tcp/127.0.0.1/$port) 2> /dev/null" 10
export GIT_SSH_COMMAND="ssh -p $port -i $DIR/ssh/user -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes -o LogLevel=ERROR"
w remote add origin "ssh://$(id -un)@127.0.0.1$bare"
judged ssh

# ---- http-backend ----

hport=$((port + 1))
cat > "$DIR/httpd.py" << 'END'
import http.server, os, sys
class Handler(http.server.CGIHTTPRequestHandler):
    have_fork = False  # as root it would become nobody
    protocol_version = "HTTP/1.0"
    cgi_directories = ["/cgi"]
    def log_message(self, *args): pass
http.server.ThreadingHTTPServer.daemon_threads = True
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
END
mkdir -p "$DIR/www/cgi"
cat > "$DIR/www/cgi/git" << END
#!/bin/sh
export GIT_PROJECT_ROOT=$DIR/git GIT_HTTP_EXPORT_ALL=1 REMOTE_USER=ann GIT_CONFIG_GLOBAL=$DIR/gitconfig
exec git http-backend
END
chmod +x "$DIR/www/cgi/git"
(cd "$DIR/www" && exec python3 "$DIR/httpd.py" "$hport") > "$DIR/httpd.log" 2>&1 &
HTTPD_PID=$!
wait_until "(exec 3<> /dev/tcp/127.0.0.1/$hport) 2> /dev/null" 10
w remote set-url origin "http://127.0.0.1:$hport/cgi/git/api.git"
judged http
"$FETTLE" deliveries list --json | jq -e '[.deliveries[] | select(.event == "post-receive")] | length >= 2' > /dev/null ||
  fail "post-receive is no delivery"

# ---- 20 refs in one push, options, tags, a deletion ----

commit twenty
for i in $(seq 20); do w branch "many$i"; done
pushes "20 refs in one push" -o "topic=a b" origin 'refs/heads/many*'
[ "$(git -C "$bare" for-each-ref 'refs/heads/many*' | wc -l)" = 20 ] || fail "not all 20 refs are there"
w tag -m v1 v1
pushes "a tag" origin v1
pushes "a deletion" origin :many1

# ---- gitolite: its own update hook stays where it is, and its user is who pushes ----

if command -v gitolite > /dev/null; then
  w remote set-url origin "ssh://$(id -un)@127.0.0.1/testing"
  export GIT_SSH_COMMAND="${GIT_SSH_COMMAND/ssh\/user /ssh\/ann }"
  "$FETTLE" hooks install "$testing" > "$DIR/install.out" || fail "hooks install at gitolite"
  at=$testing
  judged gitolite
  "$FETTLE" deliveries list --json | jq -r '.deliveries[].id' | while read -r id; do "$FETTLE" deliveries show "$id" --json; done |
    jq -se '[.. | objects | select(.login? == "ann")] | length >= 1' > /dev/null ||
    fail "gitolite's user is not who pushed"
  w push origin HEAD:refs/heads/denied/x > "$DIR/push.log" 2>&1 && fail "gitolite's own rule was lost"
  grep -q "DENIED by" "$DIR/push.log" || { cat "$DIR/push.log" >&2; fail "gitolite does not say why"; }
else
  echo "without gitolite: it is missing"
fi
echo "hooks over ssh, http-backend and gitolite: good"
