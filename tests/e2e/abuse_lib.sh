# SPDX-License-Identifier: Apache-2.0
# What abuse.sh stands on: a server of its own with real TLS and a real database, senders of signed webhooks, and the
# look at what came of them. Sourced with $fettle (program), $dir (scratch folder) and $fixtures set.

hook_secret=canary-hook-7e1f0c92ab old_secret=canary-old-55d0aa31fe gitlab_secret=canary-lab-90b1cc47de
gitea_secret=canary-tea-12ef4a5b6c token=canary-token-3b9d1e8f7a
whsec=whsec_$(printf %s canary-whsec-0f1e2d3c4b | base64)
passed=0 failed=0 serial=0
# A sanitizer keeps what was freed: its memory says nothing, and it wants all addresses.
sanitized=
! grep -aq __asan_init "$fettle" || sanitized=yes
servers=()

# ---- the server ----

make_certificate() { # NAME
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$2/key.pem.new" -out "$2/cert.pem.new" 2>/dev/null
    chmod 600 "$2/key.pem.new"
    mv "$2/key.pem.new" "$2/key.pem"
    mv "$2/cert.pem.new" "$2/cert.pem"
}

make_secret() { # FILE VALUE
    (umask 077 && printf '%s\n' "$2" >"$1")
}

# A folder with configuration, certificate and secrets: home NAME [ISOLATION [STATE]]
home() {
    local h=$dir/$1 isolation=${2:-bwrap} state=${3:-state}
    mkdir -p "$h/tls" "$h/secrets" "$h/workflows"
    make_certificate "$1" "$h/tls"
    make_secret "$h/secrets/hook" "$hook_secret"
    make_secret "$h/secrets/hook.old" "$old_secret"
    make_secret "$h/secrets/gitlab" "$gitlab_secret"
    make_secret "$h/secrets/whsec" "$whsec"
    make_secret "$h/secrets/gitea" "$gitea_secret"
    make_secret "$h/secrets/token" "$token"
    cat >"$h/fettle.yaml" <<END
listen:
  - {https: "127.0.0.1:0", serves: [hooks], cert: tls/cert.pem, key: tls/key.pem}
  - {http: "127.0.0.1:0", serves: [hooks, api]}
  - unix: run/fettle.sock
store: sqlite:$state/fettle.db
state: $state
workflows: workflows
slots: 4
intake-threads: 2
forges:
  github:
    kind: github
    url: http://127.0.0.1:9
    token: {file: secrets/token}
    webhooks: [{path: /hook/github, secrets: [{file: secrets/hook}, {file: secrets/hook.old}]}]
  gitlab:
    kind: gitlab
    url: http://127.0.0.1:9
    webhooks: [{path: /hook/gitlab, secrets: [{file: secrets/gitlab}, {file: secrets/whsec}]}]
  gitea:
    kind: gitea
    url: http://127.0.0.1:9
    webhooks: [{path: /hook/gitea, secrets: [{file: secrets/gitea}]}]
runner: {isolation: $isolation}
limits: {head-time: 1s, body-time: 4s, tls-time: 1s, log: 1MiB}
log: {level: debug, format: logfmt}
END
}

# workflow HOME BRANCH SCRIPT [KEY-OF-THE-STEP]: a central workflow that a push to the branch starts.
workflow() {
    {
        printf 'name: %s\non: {push: {branches: [%s]}}\njobs:\n  only:\n    steps:\n      - run: |\n' "$2" "$2"
        sed 's/^/          /' <<<"$3"
        [ -z "${4:-}" ] || printf '        %s\n' "$4"
    } >"$dir/$1/workflows/$2.yml"
}

listening() { # NAME KIND
    sed -n "s/.*msg=listening kind=$2 .*port=\([0-9]*\)\$/\1/p" "$dir/$1/log" | tail -1
}

# Starts the server of home NAME and makes it the one that all below talks to. $files limits its descriptors.
start() {
    local h=$dir/$1 i
    : >>"$h/log"
    local from
    from=$(wc -l <"$h/log")
    (cd "$h" && exec "$fettle" serve -c fettle.yaml) >>"$h/out" 2>>"$h/log" &
    pid=$!
    servers+=("$pid")
    name=$1
    for ((i = 0; i < 200; i++)); do
        tail -n +$((from + 1)) "$h/log" | grep -q msg=ready && break
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.05
    done
    use "$1" "$pid"
    [ -z "${files:-}" ] || prlimit --pid "$pid" --nofile="$files":
    [ -n "$https" ] || { sed 's/^/  /' "$h/log"; return 1; }
}

use() { # NAME PID
    name=$1 pid=$2
    https=$(listening "$1" https) http=$(listening "$1" http)
}

# Ends the server; the exit code is its own.
stop() {
    kill -TERM "$pid"
    wait "$pid"
}

clean() {
    for p in "${servers[@]}"; do kill -KILL "$p" 2>/dev/null; done
    wait 2>/dev/null
    [ ! -d "$dir/disk" ] || { mountpoint -q "$dir/disk" && umount -l "$dir/disk"; }
    [ -n "${KEEP:-}" ] || rm -rf "$dir"
}

now_ms() {
    local t=${EPOCHREALTIME/[.,]/}
    echo $((t / 1000))
}

rss_kb() { awk '/^VmRSS/ {print $2}' "/proc/$pid/status"; }
peak_kb() { awk '/^VmHWM/ {print $2}' "/proc/$pid/status"; }
cpu_ticks() { sed 's/.*) //' "/proc/$pid/stat" | awk '{print $12 + $13}'; }

# ---- requests ----

get() { curl -sS --max-time 10 "http://127.0.0.1:$http$1"; }
act() { curl -sS --max-time 10 -o /dev/null -w '%{http_code}' -X POST -H 'Content-Length: 0' "http://127.0.0.1:$http$1"; }
metric() { get /metrics | awk -v k="$1" '$1 == k {v = $2} END {print v + 0}'; }
refusals() { metric "automation_refused_total{reason=\"$1\"}"; }

# post PATH FILE [CURL-OPTION...]: the status in $status, its time in $answer_ms, the rest in $dir/head and $dir/body. $type is what it says to be.
json=application/json form=application/x-www-form-urlencoded type=$json
post() {
    local path=$1 file=$2
    shift 2
    local said
    said=$(curl -sS --max-time 30 --cacert "$dir/$name/tls/cert.pem" -o "$dir/body" -D "$dir/head" -w '%{http_code} %{time_total}' \
        -H Expect: -H "Content-Type: $type" "$@" --data-binary @"$file" "https://127.0.0.1:$https$path" 2>"$dir/curl")
    status=${said% *} answer_ms=$((10#$(tr -d . <<<"${said#* }") / 1000))
}

signature() { openssl dgst -sha256 -hmac "$1" <"$2" | sed 's/.* //'; } # SECRET FILE
guid() { printf '%s-%s' "${EPOCHREALTIME/[.,]/}" "$BASHPID"; }

# github EVENT FILE [GUID [SECRET]]
github() {
    local event=$1 file=$2 id=${3:-$(guid)} secret=${4:-$hook_secret}
    post /hook/github "$file" -H "X-GitHub-Event: $event" -H "X-GitHub-Delivery: $id" \
        -H "X-Hub-Signature-256: sha256=$(signature "$secret" "$file")"
}

# A push to BRANCH that was never sent before, in FILE. The owner of the repository is a stranger to nobody.
push() { # FILE BRANCH
    serial=$((serial + 1))
    jq -c --arg ref "refs/heads/$2" --arg sha "$(printf '%020x%020x' $$ "$serial")" '.ref = $ref | .after = $sha' \
        "$fixtures/github/push.json" >"$1"
}

as_form() { # JSON-FILE FORM-FILE
    printf 'payload=%s' "$(jq -sRr @uri <"$1")" >"$2"
}

answered() { jq -r "$1" "$dir/body" 2>/dev/null; }
delivery() { get "/api/v1/deliveries/$1" | jq -r "$2"; }
runs_of() { get '/api/v1/runs?limit=1000' | jq -r --arg d "$1" '.runs[] | select(.delivery == $d) | .id'; }
run() { get "/api/v1/runs/$1" | jq -r "$2"; }

# until_is SECONDS WANT COMMAND...: true when the command prints WANT in time; else says what it printed.
until_is() {
    local end=$(($(now_ms) + $1 * 1000)) want=$2 is
    shift 2
    while is=$("$@" 2>/dev/null); [ "$is" != "$want" ]; do
        (($(now_ms) < end)) || { say "$* is \"$is\", not \"$want\""; return 1; }
        sleep 0.05
    done
}

decided() { until_is 10 "$2" delivery "$1" .state; } # DELIVERY STATE

# Pushes to BRANCH; the run's id is in $run once there is one.
start_run() {
    push "$dir/push" "$1"
    github push "$dir/push"
    [ "$status" = 202 ] || { say "the push was answered with $status"; return 1; }
    decided "$(answered .delivery)" matched || return 1
    run=$(runs_of "$(answered .delivery)")
    [ -n "$run" ]
}

ended() { until_is "$1" done run "$run" .state; } # SECONDS
attempt_log() { get "/api/v1/attempts/$(run "$run" '.jobs[0].steps[0].attempts[-1].id')/log"; }

# ---- judging ----

say() { echo "  # $*"; }
is() { [ "$2" = "$3" ] || { say "$1 is \"$2\", not \"$3\""; return 1; }; }
at_most() { (($2 <= $3)) || { say "$1 is $2, more than $3"; return 1; }; }
at_most_kb() { [ -n "$sanitized" ] || at_most "$1 in KiB" "$2" "$3"; }
at_least() { (($2 >= $3)) || { say "$1 is $2, less than $3"; return 1; }; }

# refused STATUS REASON COMMAND...: the command leads to that answer, and the reason is counted once.
refused() {
    local want=$1 reason=$2 before
    shift 2
    before=$(refusals "$reason")
    "$@"
    is "the status" "$status" "$want" && until_is 3 $((before + 1)) refusals "$reason"
}

# A case is a function whose name is a sentence.
check() {
    local sentence=${1//_/ } begun
    begun=$(now_ms)
    if "$1"; then
        passed=$((passed + 1)) && echo "ok - $sentence ($(($(now_ms) - begun)) ms)"
    else
        failed=$((failed + 1)) && echo "not ok - $sentence"
    fi
}
skip() { echo "ok - ${1//_/ } # skipped: $2"; }

report() {
    echo "$passed passed, $failed failed"
    ((failed == 0))
}
