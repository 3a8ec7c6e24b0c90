# SPDX-License-Identifier: Apache-2.0
# On top of lib.sh, for scripts that are a list of cases: each case a function with a sentence, and what they share:
# repositories named after what they are for (gl-… at GitLab, gt-… at Gitea, the others at GitHub) and deliveries
# about them.
#
#     case_of 'a push to main starts it' push_starts
#     finish_cases

PASSED=0 FAILED=0
LONG=${E2E_PATIENCE:-20} # seconds; sanitizers and a busy machine need more than we would like

case_of() { # SENTENCE FUNCTION: in a shell of its own, so that a failure ends the case and nothing else
  local out=$DIR/case.out rc from=$SECONDS
  [ -z "${ONLY:-}" ] || [ "$ONLY" = "$2" ] || return 0
  set +e
  (
    trap 'stop_world' EXIT
    set -e
    "$2"
  ) > "$out" 2>&1
  rc=$?
  set -e
  # It may have started the server of all cases again.
  [ ! -f "$DIR/fettle.pid" ] || FETTLE_PID=$(cat "$DIR/fettle.pid")
  if [ $rc -eq 0 ]; then
    PASSED=$((PASSED + 1))
    echo "ok - $1 ($((SECONDS - from)) s)"
  else
    FAILED=$((FAILED + 1))
    echo "not ok - $1"
    sed 's/^/    /' "$out"
  fi
}

finish_cases() {
  echo "$PASSED passed, $FAILED failed"
  [ $FAILED -eq 0 ] || exit 1
}

# A lab, a server and repositories.yaml for all of REPOSITORIES; no central workflow.
shared_world() { # [MORE LINES FOR repositories.yaml]
  cd "$DIR"
  start_lab "$DIR"
  repositories > repositories.yaml
  printf '%s\n' "${1:-}" >> repositories.yaml
  make_config "$DIR"
  rm -f workflows/ci.yml
  start_fettle "$DIR"
}

# A case may have a whole world of its own: lab, server and folder.
OWN_WORLD=
own_world() {
  DIR=$(mktemp -d "$DIR/world.XXXXXX")
  OWN_WORLD=1 FETTLE_PID= LAB_PID= LAB_PORT=0
  shared_world
}

stop_world() {
  local rc=$?
  trap - EXIT
  if [ -n "$OWN_WORLD" ]; then
    stop_fettle
    stop_lab
  fi
  exit $rc
}

must() { # SENTENCE COMMAND…
  local what=$1
  shift
  "$@" || fail "$what: $*"
}

same() { # SENTENCE IS SHOULD-BE
  [ "$2" = "$3" ] || fail "$1: \"$2\" instead of \"$3\""
}

has() { # SENTENCE TEXT PART
  case $2 in *"$3"*) ;; *) fail "$1: no \"$3\" in: $2" ;; esac
}

has_not() { # SENTENCE TEXT PART
  case $2 in *"$3"*) fail "$1: \"$3\" in: $2" ;; esac
}

# ---- repositories ----

REPOSITORIES= # names, set by the script
forge_of() { case $1 in gl-*) echo gitlab ;; gt-*) echo gitea ;; *) echo github ;; esac; }

repositories() { # repositories.yaml with all of them
  echo "repositories:"
  for name in $REPOSITORIES; do
    printf "  - {name: %s, id: '%s:acme/%s', url: '%s', default_branch: main%s}\n" "$name" "$(forge_of "$name")" "$name" \
      "$DIR/repos/$name" "$([ "$name" != b-app ] || echo ", dependencies: [a-lib]")"
  done
}

git_in() { # NAME ARGUMENTS
  local name=$1
  shift
  repo_git "$DIR/repos/$name" "$@"
}

# The repository with the workflow that comes on stdin as .fettle/workflows/NAME.yml, all in its first commits.
new_repo() { # NAME
  local flow
  flow=$(cat)
  make_repo "$DIR/repos" "$1"
  [ -z "$flow" ] || workflow_file "$1" "$1.yml" "$flow"
}

workflow_file() { # NAME FILE TEXT
  mkdir -p "$DIR/repos/$1/.fettle/workflows"
  printf '%s\n' "$3" > "$DIR/repos/$1/.fettle/workflows/$2"
  git_in "$1" add -A
  git_in "$1" commit -q -m "workflow $2"
}

commit() { # NAME PATH…: changes these files in one commit, prints its id
  local name=$1 path
  shift
  for path; do
    mkdir -p "$DIR/repos/$name/$(dirname "$path")"
    date +%s%N >> "$DIR/repos/$name/$path"
  done
  git_in "$name" add -A
  git_in "$name" commit -q -m "change ${1:-}"
  tip "$name"
}

tip() { git_in "$1" rev-parse "${2:-HEAD}"; } # NAME [REVISION]

# ---- deliveries: each sets $delivery, and once it is decided $state and $reason ----

ZEROS=0000000000000000000000000000000000000000

# A repository is known by the number that its forge gave it: each has one of its own.
number_of() { echo $((100000 + $(cksum <<< "$1" | cut -d ' ' -f 1) % 1000000)); }

send() { # NAME EVENT PAYLOAD [OPTIONS]
  local forge
  forge=$(forge_of "$1")
  local answer name=$1 event=$2 payload=$DIR/sent.json
  sed -E "s/(\"(id|project_id|source_project_id|target_project_id|repo_id)\": *)(101|102|202)([^0-9]|\$)/\1$(number_of "$1")\4/" \
    "$3" > "$payload"
  shift 3
  answer=$(deliver "$forge" "$event" "$payload" --substitute "REPO=acme/$name" --substitute "NAME=$name" "$@")
  delivery=$(sed -n 's/.*"delivery":"\([^"]*\)".*/\1/p' <<< "$answer")
  [ -n "$delivery" ] || fail "not accepted: $answer"
  wait_until "is_decided $delivery" "$LONG"
  local shown
  shown=$("$FETTLE" deliveries show "$delivery" --json)
  state=$(jq -r .state <<< "$shown")
  reason=$(jq -r '.reason // ""' <<< "$shown")
}

is_decided() { "$FETTLE" deliveries show "$1" --json | jq -e '.state != "received"'; }

push_ref() { # NAME REF BEFORE AFTER [JQ-FILTER]
  local forge event=push
  forge=$(forge_of "$1")
  [ "$forge" != gitlab ] || event="Push Hook"
  jq --arg ref "$2" ".ref = \$ref | ${5:-.}" "$E2E/payloads/$forge-push.json" > "$DIR/payload.json"
  send "$1" "$event" "$DIR/payload.json" --substitute "BEFORE=$3" --substitute "SHA=$4"
}

# Commits a change of the files and pushes it to main.
push_files() { # NAME PATH…
  local before
  before=$(tip "$1")
  commit "$@" > /dev/null
  push_ref "$1" refs/heads/main "$before" "$(tip "$1")"
}

pull_request() { # NAME NUMBER BASE HEAD [JQ-FILTER]
  jq "(.number, .pull_request.number) = $2 | ${5:-.}" "$E2E/payloads/github-pull-request.json" > "$DIR/payload.json"
  send "$1" pull_request "$DIR/payload.json" --substitute ACTION=opened --substitute "BEFORE=$3" --substitute "SHA=$4"
}

merge_request() { # NAME NUMBER HEAD [JQ-FILTER]
  jq ".object_attributes.iid = $2 | ${4:-.}" "$E2E/payloads/gitlab-merge-request.json" > "$DIR/payload.json"
  send "$1" "Merge Request Hook" "$DIR/payload.json" --substitute "SHA=$3"
}

must_start() { same "the delivery ($reason)" "$state" matched; }
must_not_start() { # PART-OF-THE-REASON
  same "the delivery" "$state" ignored
  has "the reason" "$reason" "$1"
}

# ---- runs and statuses ----

runs_of() { # DELIVERY [JQ-FILTER over the runs of it]
  "$FETTLE" runs --json --limit 100 |
    jq -r --arg d "$1" '[.runs[] | select(.delivery == $d)] | '"${2:-.[].id}"
}

# Waits until all runs of the delivery have ended, and sets $run (the first) and $conclusion.
run_ended() {
  wait_until "runs_of $delivery 'length > 0 and all(.state == \"done\")' | grep -q true" "${1:-$LONG}"
  run=$(runs_of "$delivery" | head -n 1)
  conclusion=$(runs_of "$delivery" '.[0].conclusion')
}

log_of() { "$FETTLE" runs logs "$1"; }

# States that a commit got at its forge for a context, oldest first: "pending pending success"
states_of() { # NAME SHA [CONTEXT]
  lab_state | jq -r --arg r "acme/$1" --arg s "$2" --arg c "${3:-}" \
    '[.statuses[] | select(.repo == $r and .sha == $s and ($c == "" or .context == $c)) | .history[]] | join(" ")'
}

last_status() { # NAME SHA FIELD [CONTEXT]
  lab_state | jq -r --arg r "acme/$1" --arg s "$2" --arg c "${4:-}" --arg f "$3" \
    '[.statuses[] | select(.repo == $r and .sha == $s and ($c == "" or .context == $c))] | last | .[$f]'
}

status_ends() { # NAME SHA STATE [CONTEXT]
  wait_until "[ \"\$(last_status $1 $2 state '${4:-}')\" = '$3' ]" "$LONG"
}
