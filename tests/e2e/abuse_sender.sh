# SPDX-License-Identifier: Apache-2.0
# Senders that are slow, silent or many. The limits of the server under test: head 1 s, body 4 s, handshake 1 s.

sender_cases=(
    a_slow_head_is_408_after_its_time_however_it_dribbles
    a_slow_body_is_408_after_its_time_however_it_dribbles
    a_silent_connection_is_closed
    an_idle_tls_handshake_is_closed
    tls_garbage_and_old_protocols_are_closed_and_counted
    a_reader_that_never_reads_does_not_hold_the_server
    many_from_one_address_are_turned_away_and_others_served
    a_reload_of_a_broken_configuration_keeps_the_old_one
    a_new_certificate_is_shown_and_no_connection_is_dropped
)

# Sends START, then PIECE every 100 ms until the server ends it; the answer in $raw, the time in $took.
dribble() {
    local begun feeder
    begun=$(now_ms)
    exec 9<>"/dev/tcp/127.0.0.1/$http" || return 1
    printf '%b' "$1" >&9
    (trap '' PIPE; while sleep 0.1 && printf '%b' "$2" >&9; do :; done) 2>/dev/null &
    feeder=$!
    raw=$(timeout 10 cat <&9)
    took=$(($(now_ms) - begun))
    kill $feeder 2>/dev/null
    wait $feeder 2>/dev/null
    exec 9>&-
    status=${raw#HTTP/1.1 }
    status=${status:0:3}
}

a_slow_head_is_408_after_its_time_however_it_dribbles() {
    refused 408 head-deadline dribble 'POST /hook/github HTTP/1.1\r\nHost: x\r\nX-A: ' x && at_most ms "$took" 1600 &&
        at_least ms "$took" 900
}

a_slow_body_is_408_after_its_time_however_it_dribbles() {
    refused 408 body-deadline dribble "POST /hook/github HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nX-GitHub-Event: push\r\nX-GitHub-Delivery: slow\r\nContent-Type: application/json\r\nX-Hub-Signature-256: sha256=$(printf '0%.0s' {1..64})\r\n\r\n" x &&
        at_most ms "$took" 4700 && at_least ms "$took" 3900
}

a_silent_connection_is_closed() {
    local before
    before=$(metric 'automation_connections_refused_total{reason="silent"}')
    dribble '' '' && is answer "$raw" '' && at_most ms "$took" 1600 && at_least ms "$took" 900 &&
        until_is 3 $((before + 1)) metric 'automation_connections_refused_total{reason="silent"}'
}

an_idle_tls_handshake_is_closed() {
    local begun before
    before=$(metric 'automation_connections_refused_total{reason="tls-deadline"}')
    begun=$(now_ms)
    exec 9<>"/dev/tcp/127.0.0.1/$https"
    printf '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' >&9
    timeout 10 cat <&9 >/dev/null
    exec 9>&-
    at_most ms $(($(now_ms) - begun)) 1600 &&
        until_is 3 $((before + 1)) metric 'automation_connections_refused_total{reason="tls-deadline"}'
}

tls_garbage_and_old_protocols_are_closed_and_counted() {
    local before i
    before=$(metric 'automation_connections_refused_total{reason="tls-failed"}')
    for i in 1 2 3; do
        exec 9<>"/dev/tcp/127.0.0.1/$https"
        head -c 600 /dev/urandom 2>/dev/null >&9
        timeout 3 cat <&9 >/dev/null 2>&1
        exec 9>&-
    done
    for i in -tls1 -tls1_1; do
        openssl s_client "$i" -cipher DEFAULT@SECLEVEL=0 -connect "127.0.0.1:$https" </dev/null >/dev/null 2>&1 && return 1
    done
    exec 9<>"/dev/tcp/127.0.0.1/$https"
    { printf 'GET / HTTP/1.1\r\n\r\n' >&9; } 2>/dev/null
    timeout 3 cat <&9 >/dev/null 2>&1
    exec 9>&-
    push "$dir/json" main
    github push "$dir/json"
    is status "$status" 202 && at_least counted $(($(metric 'automation_connections_refused_total{reason="tls-failed"}') - before)) 6
}

a_reader_that_never_reads_does_not_hold_the_server() {
    local fds=() i fd
    for i in {1..20}; do
        exec {fd}<>"/dev/tcp/127.0.0.1/$http"
        fds+=("$fd")
        for _ in {1..5}; do printf 'GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n%.0s' {1..40} >&"$fd"; done 2>/dev/null
    done
    get /healthz >/dev/null && at_most_kb memory "$(rss_kb)" $((256 << 10))
    i=$?
    for fd in "${fds[@]}"; do exec {fd}>&-; done
    return $i
}

many_from_one_address_are_turned_away_and_others_served() {
    local fds=() fd i ok before
    before=$(metric 'automation_connections_refused_total{reason="too-many-from-address"}')
    # 2 threads, 100 each.
    for i in {1..260}; do exec {fd}<>"/dev/tcp/127.0.0.1/$https" && fds+=("$fd"); done 2>/dev/null
    sleep 0.2
    curl -sS --max-time 5 --unix-socket "$dir/$name/run/fettle.sock" http://localhost/healthz >"$dir/body"
    ok=$(cat "$dir/body")
    for fd in "${fds[@]}"; do exec {fd}>&-; done
    is "another way in" "$ok" ok && sleep 1.3 &&
        at_least "turned away" $(($(metric 'automation_connections_refused_total{reason="too-many-from-address"}') - before)) 60
}

a_reload_of_a_broken_configuration_keeps_the_old_one() {
    local broken i
    cp "$dir/$name/fettle.yaml" "$dir/good.yaml"
    for broken in 's/^slots: 4/slots: many/' 's/^forges:/forgesx:/' 's/kind: github/kind: hub/' 's/^store: .*/store: [/' \
        's/secrets\/hook}/secrets\/none}/'; do
        sed "$broken" "$dir/good.yaml" >"$dir/$name/fettle.yaml"
        i=$(grep -c 'the configuration was not changed' "$dir/$name/log")
        kill -HUP "$pid"
        until_is 3 $((i + 1)) grep -c 'the configuration was not changed' "$dir/$name/log" || return 1
        push "$dir/json" main
        github push "$dir/json"
        is "status after $broken" "$status" 202 || return 1
    done
    is "reload by the API" "$(act /api/v1/reload)" 409 && cp "$dir/good.yaml" "$dir/$name/fettle.yaml" &&
        is "reload of the good one" "$(act /api/v1/reload)" 202
}

peer() { openssl s_client -connect "127.0.0.1:$https" </dev/null 2>/dev/null | openssl x509 -noout -fingerprint; }

a_new_certificate_is_shown_and_no_connection_is_dropped() {
    local old new begun
    old=$(peer)
    coproc KEPT { openssl s_client -quiet -connect "127.0.0.1:$https" 2>/dev/null; }
    printf 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n' >&"${KEPT[1]}"
    IFS= read -r -t 5 line <&"${KEPT[0]}" && [[ $line == 'HTTP/1.1 405'* ]] || return 1
    cp "$dir/$name/tls/cert.pem" "$dir/old.pem"
    # A key that does not belong to it changes nothing.
    make_certificate other "$dir" && cp "$dir/key.pem" "$dir/$name/tls/key.pem"
    kill -HUP "$pid"
    sleep 0.5
    is "with a key that does not fit" "$(peer)" "$old" || return 1
    begun=$(now_ms)
    make_certificate fresh "$dir/$name/tls"
    kill -HUP "$pid"
    for _ in {1..50}; do new=$(peer) && [ "$new" != "$old" ] && break; sleep 0.1; done
    at_most "ms until shown" $(($(now_ms) - begun)) 2000
    printf 'GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' >&"${KEPT[1]}"
    local rest
    rest=$(timeout 5 cat <&"${KEPT[0]}")
    wait "$KEPT_PID" 2>/dev/null
    is "answers on the kept connection" "$(grep -c 'HTTP/1.1 405' <<<"$rest")" 1 || return 1
    push "$dir/json" main
    github push "$dir/json" && is "with the new certificate" "$status" 202
}
