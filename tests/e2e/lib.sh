# SPDX-License-Identifier: Apache-2.0
# For the scripts beside it: a folder with a whole configuration, a lab, a server, and the end of all of it.
#
#     set -eu
#     . ./lib.sh "$1"             # the folder with the programs
#     start_lab "$DIR"            # DIR: a fresh folder, removed at the end unless the script fails
#     make_config "$DIR"
#     start_fettle "$DIR"
#     push github backend
#     wait_until 'status_is github success' 20
#
# Exports BIN DIR LAB_URL LAB_PORT LAB_PID HTTP_PORT HTTPS_PORT SOCKET FETTLE_PID. A missing tool ends with 77: skipped.

BIN=$(cd "$1" && pwd)
FETTLE=$BIN/fettle
E2E=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CONTRACT=$E2E/../contract
LAB_PID= LAB_PORT=0 LAB_URL= FETTLE_PID= HTTP_PORT= HTTPS_PORT= SOCKET=

for tool in jq openssl git curl; do
  command -v $tool > /dev/null || { echo "skipped: $tool is missing"; exit 77; }
done
DIR=$(mktemp -d "${TMPDIR:-/tmp}/fettle-e2e.XXXXXX")

fail() { # MESSAGE
  echo "FAILED: $1" >&2
  for log in "$DIR"/fettle.log "$DIR"/lab.log; do
    [ ! -s "$log" ] || { echo "--- the end of $log" >&2; tail -n ${E2E_TAIL:-40} "$log" >&2; }
  done
  [ -z "${run:-}" ] || "$FETTLE" runs show "$run" >&2 || true
  KEEP=1
  exit 1
}

wait_until() { # COMMAND SECONDS
  local end=$(($(date +%s%N) + $2 * 1000000000))
  until eval "$1" > /dev/null 2>&1; do
    [ "$(date +%s%N)" -lt "$end" ] || fail "not within $2 s: $1"
    sleep 0.05
  done
}

stop_pid() { # PID [SIGNAL]: ends it and waits for it; 10 s are its limit
  [ -n "$1" ] || return 0
  { # the shell tells of killed children on stderr
    kill -"${2:-TERM}" "$1" || true
    for _ in $(seq 200); do
      kill -0 "$1" || break
      sleep 0.05
    done
    kill -KILL "$1" || true
    wait "$1" || true
  } 2> /dev/null
}

stop_fettle() { # [SIGNAL]
  stop_pid "$FETTLE_PID" "${1:-TERM}"
  rm -f "$DIR/fettle.pid"
  FETTLE_PID=
}

stop_lab() { # [SIGNAL]
  stop_pid "$LAB_PID" "${1:-TERM}"
  LAB_PID=
}

# Everything that was asked of the lab's forges must be as the forges describe it (tests/contract).
check_ledger() {
  [ -s "$DIR/ledger.jsonl" ] && command -v node > /dev/null || return 0
  node "$CONTRACT/ledger.mjs" --github "$E2E/../../build/prism" "$DIR/ledger.jsonl" > "$DIR/contract.out" 2>&1 ||
    { tail -n 40 "$DIR/contract.out" >&2; return 1; }
}

stop_all() {
  local rc=$?
  trap - EXIT
  stop_fettle
  stop_lab
  [ "$rc" -ne 0 ] || check_ledger || rc=1
  if [ "$rc" -eq 0 ] && [ -z "${KEEP:-}" ]; then rm -rf "$DIR"; else echo "left for you to look at: $DIR" >&2; fi
  exit "$rc"
}
trap stop_all EXIT
trap 'exit 130' INT TERM

# ---- the lab: on the same port and with the same ledger again when it is started again ----

start_lab() { # DIR [MORE OPTIONS]
  local dir=$1
  shift
  : > "$dir/lab.out"
  "$FETTLE" lab start --listen "127.0.0.1:$LAB_PORT" --ledger "$dir/ledger.jsonl" "$@" \
    > "$dir/lab.out" 2>> "$dir/lab.log" &
  LAB_PID=$!
  wait_until "grep -q '^listening http' '$dir/lab.out'" 20
  LAB_URL=$(sed -n 's/^listening \(http.*\)/\1/p' "$dir/lab.out")
  LAB_PORT=${LAB_URL##*:}
}

lab_state() { "$FETTLE" lab state --url "$LAB_URL"; }
lab_ledger() { "$FETTLE" lab ledger --url "$LAB_URL" "$@"; }
lab_fault() { "$FETTLE" lab fault --url "$LAB_URL" "$@" > /dev/null; }

# True if jq's EXPRESSION over the lab's state is true: state_has '.statuses | length == 1'
state_has() { lab_state | jq -e "$1" > /dev/null; }
# True if there is a status of that forge in that state: status_is github success [CONTEXT]
status_is() {
  lab_state | jq -e --arg f "$1" --arg s "$2" --arg c "${3:-}" \
    '[.statuses[] | select(.forge == $f and .state == $s and ($c == "" or .context == $c))] | length > 0' > /dev/null
}

# ---- real repositories ----

repo_git() { # REPO ARGUMENTS
  local repo=$1
  shift
  git -C "$repo" -c user.name=ann -c user.email=ann@example.com -c commit.gpgsign=false -c core.hooksPath=/dev/null "$@"
}

make_repo() { # DIR NAME: DIR/NAME with two commits on main
  local repo=$1/$2
  mkdir -p "$repo"
  git -C "$repo" init -q -b main
  echo "# $2" > "$repo/README.md"
  repo_git "$repo" add -A
  repo_git "$repo" commit -q -m "first"
  mkdir -p "$repo/src"
  echo "$2" > "$repo/src/name"
  repo_git "$repo" add -A
  repo_git "$repo" commit -q -m "second"
}

change_repo() { # DIR NAME: one more commit
  echo "$(date +%s%N)" >> "$1/$2/src/name"
  repo_git "$1/$2" commit -q -a -m "another"
}

repo_sha() { git -C "$1/$2" rev-parse HEAD; }

# ---- a configuration ----

secret_file() { # FILE CONTENT
  (umask 077 && printf '%s\n' "$2" > "$1")
}

make_secrets() { # DIR
  mkdir -p "$1/secrets" "$1/tls"
  secret_file "$1/secrets/token" "ghp_e2e0000000000000000000000000000000001"
  secret_file "$1/secrets/hook" "It's a Secret to Everybody"
  secret_file "$1/secrets/gitlab-hook" "gitlab-secret-token"
  secret_file "$1/secrets/gitlab-system" "gitlab-system-token"
  secret_file "$1/secrets/gitlab-signing" "whsec_$(openssl rand -base64 32)"
  secret_file "$1/secrets/gitea-hook" "gitea-secret"
  (umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$1/tls/key.pem" -out "$1/tls/cert.pem" 2> /dev/null)
}

isolation() { # what the machine can
  if command -v bwrap > /dev/null && bwrap --ro-bind / / --unshare-pid true 2> /dev/null; then echo bwrap; else echo none; fi
}

write_server_file() { # DIR
  cat > "$1/fettle.yaml" << END
listen:
  - http: 127.0.0.1:0
  - {https: 127.0.0.1:0, serves: [hooks], cert: tls/cert.pem, key: tls/key.pem}
  - unix: run/fettle.sock
store: sqlite:state/fettle.db
state: state
workflows: workflows
repositories: repositories.yaml
slots: 4
forges:
  github:
    kind: github
    url: $LAB_URL/github
    token: {file: secrets/token}
    reconcile: ${RECONCILE:-off}
    limits: {hold: ${FORGE_HOLD:-0s}}
    webhooks: [{path: /hook/github, secrets: [{file: secrets/hook}]}]
  gitlab:
    kind: gitlab
    url: $LAB_URL/gitlab
    token: {file: secrets/token}
    reconcile: ${RECONCILE:-off}
    limits: {hold: ${FORGE_HOLD:-0s}}
    webhooks:
      - {path: /hook/gitlab, secrets: [{file: secrets/gitlab-hook}]}
      - {path: /hook/gitlab-signing, secrets: [{file: secrets/gitlab-signing}]}
      - {path: /hook/gitlab-system, system: true, secrets: [{file: secrets/gitlab-system}]}
  gitea:
    kind: gitea
    url: $LAB_URL/gitea
    token: {file: secrets/token}
    reconcile: ${RECONCILE:-off}
    limits: {hold: ${FORGE_HOLD:-0s}}
    webhooks: [{path: /hook/gitea, secrets: [{file: secrets/gitea-hook}]}]
runner: {isolation: $(isolation)}
END
}

# fettle.yaml, repositories.yaml, certificate, secrets, the repositories backend (github), frontend (gitlab) and docs
# (gitea), and a workflow `ci`; what is already there of repositories and workflows stays. Needs LAB_URL.
make_config() { # DIR
  mkdir -p "$1/workflows" "$1/run" "$1/repos"
  chmod 700 "$1"
  [ -f "$1/secrets/token" ] || make_secrets "$1"
  for name in backend frontend docs; do
    [ -d "$1/repos/$name" ] || make_repo "$1/repos" $name
  done
  write_server_file "$1"
  [ -f "$1/repositories.yaml" ] || cat > "$1/repositories.yaml" << END
repositories:
  - {name: backend, id: github:acme/backend, url: $1/repos/backend, default_branch: main}
  - {name: frontend, id: gitlab:acme/web/frontend, url: $1/repos/frontend, default_branch: main}
  - {name: docs, id: gitea:acme/docs, url: $1/repos/docs, default_branch: main}
END
  ls "$1"/workflows/*.yml > /dev/null 2>&1 || cat > "$1/workflows/ci.yml" << 'END'
name: ci
on: {push: {branches: [main]}}
jobs:
  build:
    steps:
      - run: echo hello
END
}

# ---- the server ----

logged_port() { sed -n "s/.*listening.*kind=$1 .*port=\([0-9]*\).*/\1/p" "$2" | tail -1; }

# True once it is ready, or gone.
started() { ! kill -0 "$FETTLE_PID" 2> /dev/null || tail -c "+$1" "$2" | grep -q 'msg="*ready'; }

start_fettle() { # DIR
  touch "$1/fettle.log"
  local from=$(($(wc -c < "$1/fettle.log") + 1))
  "$FETTLE" serve -c "$1/fettle.yaml" 2>> "$1/fettle.log" > /dev/null &
  FETTLE_PID=$!
  echo "$FETTLE_PID" > "$1/fettle.pid"
  wait_until "started $from '$1/fettle.log'" 30
  kill -0 "$FETTLE_PID" 2> /dev/null || fail "fettle did not start"
  tail -c "+$from" "$1/fettle.log" > "$1/fettle.start"
  HTTP_PORT=$(logged_port http "$1/fettle.start")
  HTTPS_PORT=$(logged_port https "$1/fettle.start")
  SOCKET=$1/run/fettle.sock
}

hook_secret() { # FORGE
  case $1 in
  github) echo "$DIR/secrets/hook" ;;
  gitlab) echo "$DIR/secrets/gitlab-hook" ;;
  *) echo "$DIR/secrets/gitea-hook" ;;
  esac
}

deliver() { # FORGE EVENT PAYLOAD [OPTIONS]: over https, a line for each answer
  local forge=$1 event=$2 payload=$3
  shift 3
  "$FETTLE" lab deliver --forge "$forge" --event "$event" --payload "$payload" --ca "$DIR/tls/cert.pem" \
    --url "https://127.0.0.1:$HTTPS_PORT/hook/$forge" --secret-file "$(hook_secret "$forge")" "$@"
}

forge_path() { # NAME of a repository: its path at its forge
  case $1 in
  frontend) echo acme/web/frontend ;;
  *) echo "acme/$1" ;;
  esac
}

push() { # FORGE NAME [OPTIONS]: the push of the newest commit of that repository to main
  local forge=$1 name=$2 event=push
  shift 2
  [ "$forge" != gitlab ] || event="Push Hook"
  deliver "$forge" "$event" "$E2E/payloads/$forge-push.json" --substitute "REPO=$(forge_path "$name")" \
    --substitute "NAME=$name" --substitute "SHA=$(repo_sha "$DIR/repos" "$name")" \
    --substitute "BEFORE=$(git -C "$DIR/repos/$name" rev-parse HEAD~1)" "$@"
}
