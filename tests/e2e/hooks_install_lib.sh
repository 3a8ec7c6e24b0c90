# SPDX-License-Identifier: Apache-2.0
# For hooks_install*.sh: a person with an empty home, a stand-in for fettle-hook that writes down how it was called, and
# repositories with a remote beside them. The real client has tests of its own.
export DIR HOME=$DIR/home GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
unset XDG_CONFIG_HOME GIT_DIR GIT_CONFIG_COUNT GIT_CONFIG_PARAMETERS FETTLE_URL FETTLE_CONFIG
mkdir -p "$HOME" "$DIR/cl'ient"
cd "$DIR"
printf '[user]\n\tname = Ann\n\temail = ann@example.org\n[init]\n\tdefaultBranch = main\n[advice]\n\tignoredHook = false\n' > "$HOME/.gitconfig"

CLIENT="$DIR/cl'ient/fettle-hook"
cat > "$CLIENT" << 'CLIENT_END'
#!/bin/sh
{ echo "$*"; cat; } > "$DIR/client.log"
echo >> "$DIR/client.calls"
[ -z "${CLIENT_SAYS:-}" ] || echo "$CLIENT_SAYS" >&2
exit ${CLIENT_EXIT:-0}
CLIENT_END
chmod 755 "$CLIENT"
TO="--server unix:$DIR/server.sock --client $DIR/client"
ln -s "$CLIENT" "$DIR/client" # the scripts name what they were given

run_ok() { # COMMAND: JSON into out.json
  "$@" --json > "$DIR/out.json" 2> "$DIR/err.txt" || fail "$*: $(cat "$DIR/err.txt" "$DIR/out.json")"
}

refuse() { # STATUS TEXT COMMAND
  local want=$1 text=$2 rc=0
  shift 2
  "$@" > "$DIR/out.txt" 2> "$DIR/err.txt" || rc=$?
  [ "$rc" = "$want" ] || fail "$*: exit $rc, not $want: $(cat "$DIR/out.txt" "$DIR/err.txt")"
  grep -qF -- "$text" "$DIR/err.txt" || fail "$*: $(cat "$DIR/err.txt")"
}

make_repo() { # NAME: a working copy and NAME.git, its remote
  git init -q --bare "$DIR/$1.git"
  git init -q "$DIR/$1"
  git -C "$DIR/$1" remote add origin "$DIR/$1.git"
  new_commit "$1"
}

new_commit() { # NAME
  echo more >> "$DIR/$1/more"
  git -C "$DIR/$1" add more
  git -C "$DIR/$1" commit -q --no-verify -m more
}

# Everything that a hook can stand in: bytes, modes, links and times; of the configuration the bytes.
snapshot() { # NAME
  local git=$DIR/$1/.git
  [ -d "$git" ] || git=$DIR/$1
  find "$git/hooks" "$DIR/$1"/my-hooks "$DIR/$1"/.husky -printf '%P %y %#m %T@ %l\n' 2> /dev/null | grep -v '^ \| d \|^_/' | LC_ALL=C sort
  find "$git/hooks" "$DIR/$1"/my-hooks "$DIR/$1"/.husky -type f -exec sha256sum {} + 2> /dev/null | LC_ALL=C sort -k2
  sha256sum "$git/config"
}

asked_once() { # WORDS: among the client's arguments; nothing of the earlier calls is left
  [ "$(wc -l < "$DIR/client.calls")" = 1 ] || fail "asked $(wc -l < "$DIR/client.calls") times, not once"
  head -n 1 "$DIR/client.log" | grep -qF -- "$1" || fail "called with: $(cat "$DIR/client.log")"
  rm -f "$DIR/client.calls"
}

push() { # NAME: something new
  new_commit "$1"
  rm -f "$DIR/client.calls" "$DIR/client.log"
  (cd "$DIR/$1" && git push -q origin main 2> "$DIR/err.txt") || fail "push: $(cat "$DIR/err.txt")"
}

listening() {
  socat UNIX-LISTEN:"$DIR/server.sock",fork,unlink-early /dev/null > /dev/null 2>&1 &
  SOCAT_PID=$!
  trap finish EXIT
  wait_until "[ -S $DIR/server.sock ]" 5
}

finish() {
  local rc=$?
  stop_pid "$SOCAT_PID"
  set +e
  (exit $rc)
  stop_all
}
