# SPDX-License-Identifier: Apache-2.0
# A server of its own each: descriptors and disk run out, and the end comes under load.

exhaust_cases=(
    out_of_descriptors_it_waits_without_spinning_and_recovers
    a_delivery_that_cannot_be_read_for_now_is_decided_later
    a_full_disk_is_503_and_recovers_without_a_restart
    an_idle_server_stops_at_once
    a_server_with_idle_connections_stops_at_once
    a_drain_under_load_loses_nothing_that_was_acknowledged
    running_steps_outlive_a_stop_and_are_taken_up
    a_crash_under_load_loses_nothing_that_was_acknowledged
)

out_of_descriptors_it_waits_without_spinning_and_recovers() {
    local fds=() fd used lines ticks in_use
    home few
    sed -i 's/^limits: {/limits: {per-address: 5000, /; s/tls-time: 1s/tls-time: 20s/; s/head-time: 1s/head-time: 20s/' "$dir/few/fettle.yaml"
    start few || return 1
    push "$dir/json" main
    github push "$dir/json"
    in_use=$(ls "/proc/$pid/fd" | wc -l)
    prlimit --pid "$pid" --nofile=$((in_use + 30)):$((in_use + 30)) || return 1
    lines=$(wc -l <"$dir/few/log")
    for _ in {1..200}; do exec {fd}<>"/dev/tcp/127.0.0.1/$https" && fds+=("$fd"); done 2>/dev/null
    sleep 0.3
    ticks=$(cpu_ticks)
    sleep 3
    used=$(($(cpu_ticks) - ticks))
    echo "  # $used ticks of $(getconf CLK_TCK) a second in 3 s with ${#fds[@]} connections waiting"
    for fd in "${fds[@]}"; do exec {fd}>&-; done
    at_most "CPU ticks in 3 s" "$used" $(($(getconf CLK_TCK) * 3 / 10)) &&
        at_most "log lines" $(($(wc -l <"$dir/few/log") - lines)) 10 || { stop; return 1; }
    sleep 0.5
    push "$dir/json" main
    github push "$dir/json"
    is "a delivery after" "$status" 202 &&
        at_least "refusals counted" "$(metric 'automation_connections_refused_total{reason="no-descriptors"}')" 1
    used=$?
    stop && return $used
}

a_delivery_that_cannot_be_read_for_now_is_decided_later() {
    local d in_use ok=1
    home later && workflow later main 'echo read' && start later || return 1
    # Too large to go on in memory, so the body comes from the database, for which no descriptor is left, unless the
    # caller hangs up before it is looked for: then the next one is tried.
    for _ in {1..8}; do
        push "$dir/push" main
        jq -c --arg x "$(head -c 100000 /dev/zero | tr '\0' x)" '.pad = $x' "$dir/push" >"$dir/json"
        get /api/v1/deliveries >/dev/null
        sleep 0.5 # the connections of before are gone then
        in_use=$(ls "/proc/$pid/fd" | wc -l)
        prlimit --pid "$pid" --nofile=$((in_use + 1)): || break
        github push "$dir/json"
        sleep 0.5
        prlimit --pid "$pid" --nofile=1024:
        is status "$status" 202 && d=$(answered .delivery) && until_is 10 matched delivery "$d" .state &&
            run=$(runs_of "$d") && ended 10 || break
        grep -q "kind=delivery id=$d from=received to=received" "$dir/later/log" && ok=0 && break
        stop && rm -rf "$dir/later" && home later && workflow later main 'echo read' && start later || return 1
    done
    stop && return $ok
}

full() { # keeps N KiB free on the small disk
    local free
    free=$(df --output=avail -k "$dir/disk" | tail -1)
    ((free <= $1)) || fallocate -l $((free - $1))k "$dir/disk/filler.$(now_ms)"
}

sign_in() {
    status=$(curl -sS -o "$dir/body" -w '%{http_code}' -H 'X-Fettle-CSRF: x' -d '{"token":"x"}' "http://127.0.0.1:$http/api/v1/session")
}

a_full_disk_is_503_and_recovers_without_a_restart() {
    [ "$(id -u)" = 0 ] || { skip "${FUNCNAME[0]}" "only root mounts a small disk"; return 0; }
    mkdir -p "$dir/disk" && mount -t tmpfs -o size=48m tmpfs "$dir/disk" 2>/dev/null ||
        { skip "${FUNCNAME[0]}" "no tmpfs can be mounted here"; return 0; }
    home disk2 bwrap "$dir/disk/state"
    workflow disk2 slow 'sleep 3; echo woke'
    sed -i 's/branches: \[slow\]/branches: [main]/' "$dir/disk2/workflows/slow.yml"
    start disk2 || return 1
    local acked=() d i ok
    start_run main && running || return 1
    acked+=("$(answered .delivery)")
    full 8
    sleep 0.7
    push "$dir/json" none
    refused 503 store github push "$dir/json" && is_head Retry-After 10 &&
        is body "$(cat "$dir/body")" '{"error":"cannot be stored now"}' || return 1
    is readyz "$(curl -sS -o "$dir/body" -w '%{http_code}' "http://127.0.0.1:$http/readyz")" 503 &&
        is ready "$(answered .ready)" false && [[ $(answered .store) =~ (free|space) ]] &&
        is "the store's check" "$(answered '[.checks[] | select(.name == "store")][0].state')" fail || return 1
    head -c 2000000 /dev/zero | tr '\0' x >"$dir/large"
    refused 503 no-room-for-body github push "$dir/large" || return 1
    refused 503 no-store sign_in || return 1
    is alive "$(get /healthz)" ok || return 1
    # The step ends while nothing can be stored. The disk is looked at every second.
    sleep 3
    until_is 2 fail eval "get /readyz | jq -r '[.checks[] | select(.name == \"disk\")][0].state'" || return 1
    rm "$dir"/disk/filler.*
    i=$(now_ms)
    while github push "$dir/json" && [ "$status" = 503 ] && (($(now_ms) - i < 8000)); do sleep 0.1; done
    is "after space is back" "$status" 202 && at_most ms $(($(now_ms) - i)) 5000 && acked+=("$(answered .delivery)") &&
        ended 5 && is conclusion "$(run "$run" .conclusion)" success || return 1
    for d in "${acked[@]}"; do until_is 3 true eval "delivery $d '.state != \"received\"'" || return 1; done
    until_is 3 true eval "get /readyz | jq .ready" && stop
    ok=$?
    sqlite3 "$dir/disk/state/fettle.db" 'PRAGMA integrity_check' | grep -qx ok && umount "$dir/disk" && return $ok
}

an_idle_server_stops_at_once() {
    local begun rc
    home idle && start idle || return 1
    push "$dir/json" main
    github push "$dir/json"
    decided "$(answered .delivery)" ignored
    begun=$(now_ms)
    stop
    rc=$?
    echo "  # $(($(now_ms) - begun)) ms"
    is "exit code" $rc 0 && at_most ms $(($(now_ms) - begun)) 500 &&
        is "bytes left in the log of the database" "$(stat -c %s "$dir/idle/state/fettle.db-wal" 2>/dev/null || echo 0)" 0
}

a_server_with_idle_connections_stops_at_once() {
    local begun rc fd fds=()
    start idle || return 1
    for _ in 1 2 3; do
        exec {fd}<>"/dev/tcp/127.0.0.1/$http"
        fds+=("$fd")
        printf 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n' >&"$fd"
        IFS= read -r -t 3 -u "$fd" _ || return 1
    done
    begun=$(now_ms)
    stop
    rc=$?
    for fd in "${fds[@]}"; do exec {fd}>&-; done
    echo "  # $(($(now_ms) - begun)) ms"
    is "exit code" $rc 0 && at_most ms $(($(now_ms) - begun)) 500
}

# load STOPPER: a thousand signed deliveries over eight connections, and meanwhile the stopper. The ids that were
# acknowledged are in $dir/acked.
load() {
    local i n=1200 d=$dir/load.$1
    mkdir -p "$d"
    for ((i = 0; i < n; i++)); do printf '{"ref":"refs/heads/none","n":"%s.%d"}' "$1" $i >"$d/$i.json"; done
    openssl dgst -sha256 -hmac "$hook_secret" "$d"/*.json | sed 's/.*\/\([0-9]*\)\.json)= /\1 /' | while read -r i sign; do
        printf 'url="https://127.0.0.1:%s/hook/github"\ndata-binary="@%s"\noutput="%s"\n' "$https" "$d/$i.json" "$d/$i.answer"
        printf 'header="%s"\n' Expect: 'X-GitHub-Event: push' "Content-Type: $type" "X-GitHub-Delivery: $1.$i" \
            "X-Hub-Signature-256: sha256=$sign"
        printf 'cacert="%s"\nmax-time=10\nsilent\nnext\n' "$dir/$name/tls/cert.pem"
    done | sed '$d' >"$d/curl"
    curl -sS --parallel --parallel-max 8 -K "$d/curl" 2>/dev/null &
    local sender=$!
    until_is 20 true eval '[ $(ls '"$d"' | grep -c answer) -ge 150 ] && echo true' || return 1
    "$1"
    stopped=$?
    wait $sender
    cat "$d"/*.answer | jq -r 'select(.status == "accepted") | .delivery' 2>/dev/null | sort >"$dir/acked"
    i=$(wc -l <"$dir/acked")
    echo "  # $i of $n were acknowledged"
    at_least acknowledged "$i" 100 && at_most "acknowledged, or it came too late," "$i" $((n - 1))
}

# Ids of all stored deliveries, by the API, page by page.
listed() {
    local page before=
    while page=$(get "/api/v1/deliveries?limit=1000${before:+&before=$before}" | jq -r '.deliveries[].id') && [ -n "$page" ]; do
        echo "$page"
        before=$(tail -1 <<<"$page")
    done | sort
}

all_there() {
    start "$name" || return 1
    is "what is lost" "$(listed | comm -23 "$dir/acked" -)" '' &&
        until_is 10 0 eval "get '/api/v1/deliveries?state=received' | jq '.deliveries | length'"
}

a_drain_under_load_loses_nothing_that_was_acknowledged() {
    local begun
    home load && start load || return 1
    timed_stop() { begun=$(now_ms) && stop; local rc=$?; took=$(($(now_ms) - begun)); return $rc; }
    load timed_stop && is "exit code" "$stopped" 0 && at_most "ms to stop" "$took" 3000 && all_there
    local ok=$?
    echo "  # stopped in $took ms"
    stop && return $ok
}

crash() { kill -KILL "$pid" && wait "$pid" 2>/dev/null; return 0; }

a_crash_under_load_loses_nothing_that_was_acknowledged() {
    name=load
    start load && load crash && all_there
    local ok=$?
    stop && return $ok
}

running_steps_outlive_a_stop_and_are_taken_up() {
    home outlive
    workflow outlive slow 'sleep 2; echo woke'
    start outlive && start_run slow && running && stop && start outlive && ended 6 &&
        is conclusion "$(run "$run" .conclusion)" success && is log "$(attempt_log)" woke &&
        is attempts "$(run "$run" '.jobs[0].steps[0].attempts | length')" 1
    local ok=$?
    stop && return $ok
}
