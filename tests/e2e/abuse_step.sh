# SPDX-License-Identifier: Apache-2.0
# Steps that misbehave. Each is a central workflow that a push to a branch of its name starts.

step_cases=(
    a_gigabyte_of_output_costs_its_limit
    a_step_that_ignores_term_is_gone_after_the_grace
    a_fork_bomb_hurts_only_its_step
    a_step_sees_no_secret_no_state_and_no_socket
    an_untrusted_step_has_no_network_and_a_trusted_one_has
    an_untrusted_change_is_refused_without_isolation
    planted_links_are_not_followed
    a_checkout_does_not_follow_what_a_step_planted
    a_checkout_replaces_a_tree_of_any_depth
    titles_and_branches_cannot_forge_log_lines
)

workflow_folder() {
    workflow main flood 'head -c 1G /dev/zero; echo; echo the-end'
    workflow main stubborn "trap '' TERM INT HUP
echo begun
setsid bash -c 'trap \"\" TERM; exec -a fettle-stubborn-a sleep 300' &
(trap '' TERM; bash -c 'trap \"\" TERM; while :; do sleep 1; done' fettle-stubborn-b) &
while :; do sleep 1; done"
    workflow main bomb 'b() { b | b & }; while :; do b; sleep 0.01; done 2>/dev/null' 'timeout-minutes: 0.1'
    workflow main links 'rm -rf "$HOME"; ln -s /etc "$HOME/../x" 2>/dev/null; ln -s /etc/passwd out; ln -s / root; mkfifo pipe; echo linked'
    workflow main net 'if (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then echo network: yes; else echo network: no; fi
ip=$(grep -vc -e "|" -e lo: /proc/net/dev || :); echo "interfaces: $ip"'
    sed -i "s/^on: .*/on: {push: {branches: [net]}, pull_request: {}}/; s/^jobs:/env: {PORT: \"9\"}\njobs:/" "$dir/main/workflows/net.yml"
    workflow main spy "spy() { if [ -n \"\$(eval \"\$2\" 2>/dev/null)\" ]; then echo \"SEEN \$1\"; else echo \"hidden \$1\"; fi; }
spy secrets 'cat $dir/main/secrets/hook'
spy token 'cat $dir/main/secrets/token'
spy configuration 'cat $dir/main/fettle.yaml'
spy key 'cat $dir/main/tls/key.pem'
spy database 'cat $dir/main/state/fettle.db'
spy attempts 'ls $dir/main/state/attempts $dir/main/state/seats/*[0-9]'
spy socket 'ls $dir/main/run/'
spy poke 'ls $dir/main/state/run'
spy environment 'env | grep -i canary'
spy processes 'cat /proc/[0-9]*/cmdline | tr \"\\0\" \" \" | grep \"fettle serv[e]\"'
spy parent 'cat /proc/1/environ | tr \"\\0\" \" \" | grep -i canary'
spy root 'cat /etc/shadow'
spy write 'touch /usr/fettle-was-here && echo 1'
spy mount 'mount -t tmpfs none /mnt && echo 1'
spy fd 'ls -l /proc/self/fd | grep -e fettle.db -e fettle.sock -e memfd'
spy curl 'curl -s --max-time 2 --unix-socket $dir/main/run/fettle.sock http://x/healthz'
id -u"
}

strays() { pgrep -fc "$1"; }
running() { until_is 10 running run "$run" .jobs[0].steps[0].state; }

a_gigabyte_of_output_costs_its_limit() {
    local kept
    echo 5 2>/dev/null >"/proc/$pid/clear_refs"
    start_run flood && ended 60 && is conclusion "$(run "$run" .conclusion)" success &&
        is bytes "$(run "$run" '.jobs[0].steps[0].attempts[0].log_bytes')" $(((1 << 30) + 9)) &&
        kept=$(find "$dir/main/state/attempts" -name "$(run "$run" '.jobs[0].steps[0].attempts[0].id').*" -printf '%s\n' | sort -n | tail -1) &&
        at_most "stored bytes" "$kept" $((1 << 20)) && at_most_kb "the server's peak" "$(peak_kb)" $((128 << 10)) || return 1
    curl -sS "http://127.0.0.1:$http/api/v1/attempts/$(run "$run" '.jobs[0].steps[0].attempts[0].id')/log?offset=$((kept - 100))" |
        tr -d '\0' | grep -q the-end
}

a_step_that_ignores_term_is_gone_after_the_grace() {
    local begun
    start_run stubborn && running && until_is 5 begun attempt_log || return 1
    begun=$(now_ms)
    is cancel "$(act "/api/v1/runs/$run/cancel")" 202 && ended 15 && is conclusion "$(run "$run" .conclusion)" cancelled &&
        at_most "ms" $(($(now_ms) - begun)) 12000 && until_is 2 0 strays fettle-stubborn &&
        is "cancelling again" "$(act "/api/v1/runs/$run/cancel")" 409
}

a_fork_bomb_hurts_only_its_step() {
    local worst=0 n=0
    start_run bomb || return 1
    local bomb=$run
    while [ "$(run "$bomb" .state)" != done ]; do
        push "$dir/json" main
        github push "$dir/json"
        n=$((n + 1))
        is status "$status" 202 || return 1
        ((answer_ms <= worst)) || worst=$answer_ms
        ((n < 600)) || return 1
        sleep 0.1
    done
    echo "  # the slowest of $n deliveries meanwhile took $worst ms"
    is conclusion "$(run "$bomb" .conclusion)" timed_out && at_most "slowest delivery in ms" "$worst" 1000 &&
        until_is 3 0 strays "$dir/main/state/seats/.*script"
}

a_step_sees_no_secret_no_state_and_no_socket() {
    start_run spy && ended 15 && is conclusion "$(run "$run" .conclusion)" success || return 1
    local out
    out=$(attempt_log)
    is "what is seen" "$(grep SEEN <<<"$out")" '' && is "what is hidden" "$(grep -c ^hidden <<<"$out")" 16 &&
        { [ "$(tail -1 <<<"$out")" != 0 ] || { say "the step is root"; false; }; }
}

fork_change() { # FILE
    serial=$((serial + 1))
    jq -c --arg sha "$(printf '%020x%020x' $$ "$serial")" '.action = "opened" | .pull_request.head.sha = $sha' \
        "$fixtures/github/pull_request_fork.json" >"$1"
}

an_untrusted_step_has_no_network_and_a_trusted_one_has() {
    sed -i "s/PORT: \"[0-9]*\"/PORT: \"$http\"/" "$dir/main/workflows/net.yml"
    is reload "$(act /api/v1/reload)" 202 || return 1
    start_run net && ended 10 && is trusted "$(run "$run" .trusted)" true &&
        is "its log" "$(attempt_log | head -1)" 'network: yes' || return 1
    fork_change "$dir/json"
    github pull_request "$dir/json"
    decided "$(answered .delivery)" matched && run=$(runs_of "$(answered .delivery)") && ended 10 &&
        is trusted "$(run "$run" .trusted)" false && is conclusion "$(run "$run" .conclusion)" success &&
        is "its log" "$(attempt_log | tr '\n' ' ')" 'network: no interfaces: 0 '
}

an_untrusted_change_is_refused_without_isolation() {
    local before=$pid ok
    home bare none
    cp "$dir/main/workflows/net.yml" "$dir/bare/workflows/"
    start bare || return 1
    fork_change "$dir/json"
    github pull_request "$dir/json"
    decided "$(answered .delivery)" matched && run=$(runs_of "$(answered .delivery)") && ended 5 &&
        is conclusion "$(run "$run" .conclusion)" error && is jobs "$(run "$run" '.jobs | length')" 0 &&
        [[ $(run "$run" .detail) == *'not trusted'* ]] && start_run net && ended 10 &&
        is "a trusted run" "$(run "$run" .conclusion)" success
    ok=$?
    stop
    use main "$before"
    return $ok
}

planted_links_are_not_followed() {
    start_run links && ended 10 || return 1
    # What cleans up after the step takes the links away, not what they lead to.
    until_is 5 0 eval "find $dir/main/state/work -name '*$(run "$run" '.jobs[0].id')*' | wc -l" && [ -s /etc/passwd ] &&
        [ "$(curl -sS -o /dev/null -w '%{http_code}' --path-as-is "http://127.0.0.1:$http/api/v1/attempts/..%2f..%2fsecrets/log")" = 404 ]
}

titles_and_branches_cannot_forge_log_lines() {
    local forged=$'x\ntime=2026-01-01T00:00:00.000Z level=error msg=forged\r\x1b[2J\xe2\x80\xa8y'
    serial=$((serial + 1))
    jq -c --arg t "$forged" --arg sha "$(printf '%020x%020x' $$ "$serial")" '.action = "opened" | .pull_request.head.sha = $sha |
        .pull_request.title = $t | .pull_request.head.ref = $t | .sender.login = $t' "$fixtures/github/pull_request.json" >"$dir/json"
    github pull_request "$dir/json" "forged-$$"
    is status "$status" 202 && until_is 5 false eval "delivery $(answered .delivery) '.state == \"received\"'" || return 1
    # In headers too: what may stand there is in the log and in the list as data.
    push "$dir/json" main
    github $'push\x1b' "$dir/json"
    ! grep -aq '^time=2026-01-01' "$dir/main/log" && ! grep -aq $'\x1b' "$dir/main/log" &&
        get '/api/v1/deliveries?limit=1000' | jq -e '.deliveries | length > 0' >/dev/null
}

# A server with the repository api and a workflow of these steps on a push to main: $run is the run of one.
with_checkout() { # NAME STEPS
    home "$1"
    printf 'x\n' >"$dir/bomb.yml" && repository "$1" && git -C "$dir/work.$1" rm -q -r .fettle && mkdir -p "$dir/work.$1/src" &&
        echo checked-out >"$dir/work.$1/src/file" && git -C "$dir/work.$1" add . &&
        git -C "$dir/work.$1" -c user.name=a -c user.email=a@example.org commit -q -m two &&
        git -C "$dir/work.$1" push -q "$dir/$1.git" main && sha=$(git -C "$dir/work.$1" rev-parse HEAD) || return 1
    printf 'repositories:\n  - {name: api, id: "github:acme/api", url: "file://%s", default_branch: main}\n' "$dir/$1.git" \
        >"$dir/$1/repositories.yaml"
    echo 'repositories: repositories.yaml' >>"$dir/$1/fettle.yaml"
    printf 'name: main\non: {push: {branches: [main]}}\njobs:\n  only:\n    steps:\n%s\n' "$2" >"$dir/$1/workflows/main.yml"
    start "$1" || return 1
    jq -c --arg sha "$sha" '.after = $sha | .before = "0000000000000000000000000000000000000000"' \
        "$fixtures/github/push.json" >"$dir/json"
    github push "$dir/json"
    decided "$(answered .delivery)" matched && run=$(runs_of "$(answered .delivery)") && ended 60
}

a_checkout_does_not_follow_what_a_step_planted() {
    local before=$pid ok
    mkdir -p "$dir/victim"
    echo kept >"$dir/victim/file"
    with_checkout plant "      - run: ln -s $dir/victim a; ln -s $dir/victim c
      - {uses: checkout, with: {path: c}}
      - run: '[ ! -L c ] && grep checked-out c/src/file'
      - {uses: checkout, with: {path: a/b}}" && is conclusion "$(run "$run" .conclusion)" error &&
        is "steps" "$(run "$run" '[.jobs[0].steps[].outcome] | join(" ")')" 'success success success error' &&
        [[ $(run "$run" .jobs[0].detail) == *'is not made of folders'* ]] &&
        is "the victim" "$(cd "$dir/victim" && find . | sort | tr '\n' ' ')" '. ./file ' && is "its file" "$(cat "$dir/victim/file")" kept
    ok=$?
    stop
    use main "$before"
    return $ok
}

a_checkout_replaces_a_tree_of_any_depth() {
    local before=$pid ok
    # More folders in each other than the server has descriptors.
    files=600 with_checkout deep "      - run: 'chain=d$(printf \"/d%.0s\" {1..999}); mkdir d; for i in {1..4}; do mkdir -p n/\$chain && mv d n/\$chain/ && mv n d; done; echo made'
      - {uses: checkout}
      - run: '[ ! -e d ] && grep checked-out src/file'" && is conclusion "$(run "$run" .conclusion)" success &&
        until_is 20 0 eval "ls $dir/deep/state/work | wc -l" && at_most "descriptors" "$(ls "/proc/$pid/fd" | wc -l)" 120
    ok=$?
    stop
    use main "$before"
    return $ok
}
