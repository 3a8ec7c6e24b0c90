# SPDX-License-Identifier: Apache-2.0
# What is inside a body: only a signature is checked at the door, the rest is decided later and said.

body_cases=(
    a_body_of_25_mib_is_accepted_and_kept_byte_for_byte
    memory_is_bounded_while_strangers_send_25_mib
    one_byte_over_26_mib_is_413_before_the_body_is_sent
    a_chunked_body_is_cut_off_at_the_limit
    a_form_may_be_larger_than_json
    a_json_depth_bomb_is_stored_and_invalid
    duplicate_keys_nul_and_bad_utf8_are_stored_and_invalid
    a_body_that_is_no_json_or_of_another_event_is_stored_and_said
    a_yaml_bomb_in_the_folder_is_refused_with_its_line
    a_yaml_bomb_in_a_repository_fails_a_run_with_its_line
)

# FILE BYTES: JSON of exactly that size.
padded() {
    local head='{"ref":"refs/heads/none","pad":"' tail='"}'
    { printf '%s' "$head" && head -c $(($2 - ${#head} - ${#tail})) /dev/zero | tr '\0' x && printf '%s' "$tail"; } >"$1"
}

a_body_of_25_mib_is_accepted_and_kept_byte_for_byte() {
    padded "$dir/large" $((25 << 20))
    github push "$dir/large"
    is status "$status" 202 || return 1
    curl -sS "http://127.0.0.1:$http/api/v1/deliveries/$(answered .delivery)/body" | cmp - "$dir/large" &&
        decided "$(answered .delivery)" invalid
}

memory_is_bounded_while_strangers_send_25_mib() {
    local i jobs=() probe
    # Of this moment on, where the kernel lets us.
    echo 5 2>/dev/null >"/proc/$pid/clear_refs"
    for i in {1..10}; do
        curl -sS --max-time 60 --cacert "$dir/$name/tls/cert.pem" -o /dev/null -H Expect: -H 'Content-Type: application/json' \
            -H 'X-GitHub-Event: push' -H "X-GitHub-Delivery: big-$i" -w '%{http_code}\n' \
            -H "X-Hub-Signature-256: sha256=$(printf '0%.0s' {1..64})" --limit-rate 9M --data-binary @"$dir/large" \
            "https://127.0.0.1:$https/hook/github" >"$dir/big.$i" 2>/dev/null &
        jobs+=($!)
    done
    push "$dir/json" main
    github push "$dir/json"
    probe=$status
    wait "${jobs[@]}"
    is "a good delivery meanwhile" "$probe" 202 && at_most_kb "the peak" "$(peak_kb)" $((128 << 10)) &&
        [ -z "$(ls "$dir/$name/state/spool")" ] || return 1
    # Some were too slow for this body-time, none got in.
    cat "$dir"/big.* | sort | uniq -c | sed 's/^/  # /'
    ! cat "$dir"/big.* | grep -qv -e 401 -e 408 -e 000
}

one_byte_over_26_mib_is_413_before_the_body_is_sent() {
    local most=$((26 << 20)) sign
    sign="X-GitHub-Event: push\r\nX-GitHub-Delivery: m1\r\nContent-Type: application/json\r\nX-Hub-Signature-256: sha256=$(printf '0%.0s' {1..64})"
    refused 413 body-too-large raw_post "Content-Length: $((most + 1))\r\n$sign" || return 1
    [[ $raw == *'Connection: close'* ]] || return 1
    padded "$dir/large" $most
    github push "$dir/large"
    is "a body of the limit" "$status" 202
}

a_chunked_body_is_cut_off_at_the_limit() {
    # Endless: only the limit or the deadline ends it.
    local before got
    before=$(refusals body-too-large)
    got=$(yes xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx | curl -sS --max-time 20 -o /dev/null -w '%{http_code}' -H Expect: \
        -H 'Transfer-Encoding: chunked' -H 'Content-Type: application/json' -H 'X-GitHub-Event: push' \
        -H 'X-GitHub-Delivery: endless' -H "X-Hub-Signature-256: sha256=$(printf '0%.0s' {1..64})" -T - -X POST \
        "http://127.0.0.1:$http/hook/github" 2>/dev/null)
    is status "$got" 413 && is counted "$(refusals body-too-large)" $((before + 1))
}

a_form_may_be_larger_than_json() {
    { printf 'payload=' && head -c $((30 << 20)) /dev/zero | tr '\0' 1; } >"$dir/large"
    type=$form github push "$dir/large"
    is status "$status" 202 && rm "$dir/large"
}

# invalid WHAT PATTERN: $dir/json with a right signature is stored, then invalid for a reason like that.
invalid() {
    github push "$dir/json"
    is "$1: status" "$status" 202 || return 1
    local d
    d=$(answered .delivery)
    decided "$d" invalid || return 1
    [[ $(delivery "$d" .reason) == $2 ]] || { say "$1: the reason is $(delivery "$d" .reason)"; return 1; }
}

a_json_depth_bomb_is_stored_and_invalid() {
    local before
    before=$(metric 'automation_decoded_total{verdict="invalid"}')
    { head -c 1000000 /dev/zero | tr '\0' '['; } >"$dir/json" && invalid "a million [" '*deep*' &&
        { printf '{"a":%.0s' {1..65} && printf 1 && printf '}%.0s' {1..65}; } >"$dir/json" && invalid "65 levels" '*deep*' &&
        { printf '[' && yes 0, | head -2000001 | tr -d '\n' && printf '0]'; } >"$dir/json" && invalid "2000002 nodes" '*' &&
        until_is 3 true eval '(($(metric "automation_decoded_total{verdict=\"invalid\"}") >= before + 3)) && echo true'
}

duplicate_keys_nul_and_bad_utf8_are_stored_and_invalid() {
    printf '{"ref":"refs/heads/main","ref":"refs/heads/other"}' >"$dir/json" && invalid "a key twice" 'duplicate key*' &&
        printf '{"ref":"a","r\\u0065f":"b"}' >"$dir/json" && invalid "a key twice, once escaped" 'duplicate key*' &&
        printf '{"ref":"refs/heads/main\0"}' >"$dir/json" && invalid "a raw NUL" '*' &&
        printf '{"ref":"refs/heads/main\\u0000x"}' >"$dir/json" && invalid "an escaped NUL" '*' &&
        printf '{"ref":"\xff\xfe"}' >"$dir/json" && invalid "invalid UTF-8" '*UTF-8*' &&
        printf '{"ref":"\xc0\xae"}' >"$dir/json" && invalid "overlong UTF-8" '*UTF-8*' &&
        printf '{"ref":"\\ud800"}' >"$dir/json" && invalid "half a surrogate" '*' &&
        printf '{"id":99999999999999999999}' >"$dir/json" && invalid "an integer beyond 64 bits" '*' &&
        printf '{"id":NaN}' >"$dir/json" && invalid "NaN" '*'
}

a_body_that_is_no_json_or_of_another_event_is_stored_and_said() {
    : >"$dir/json" && invalid "nothing" '*' && printf 'hello %s' $$ >"$dir/json" && invalid "text" '*' &&
        printf '{"x":%s}trailing' $$ >"$dir/json" && invalid "something behind the end" '*' &&
        printf '[%s]' $$ >"$dir/json" && invalid "an array" '*' || return 1
    printf '{"y":%s}' $$ >"$dir/json"
    github no_such_event "$dir/json"
    is status "$status" 202 && decided "$(answered .delivery)" ignored
}

bombs() { # NAME: writes $dir/bomb.yml
    case $1 in
    aliases)
        echo 'a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]'
        local i
        for i in {1..12}; do
            echo "a$i: &a$i [*a$((i - 1)), *a$((i - 1)), *a$((i - 1)), *a$((i - 1)), *a$((i - 1)), *a$((i - 1)), *a$((i - 1)), *a$((i - 1))]"
        done ;;
    depth) printf 'name: x\nx: ' && head -c 400000 /dev/zero | tr '\0' '[' ;;
    self) printf 'name: &x [*x]\n' ;;
    keys) yes '? ' | head -300000 | tr -d '\n' ;;
    twice) printf 'name: a\nname: b\n' ;;
    nul) printf 'name: "a\0b"\n' ;;
    large) printf 'name: "' && head -c 1100000 /dev/zero | tr '\0' x && printf '"\n' ;;
    esac >"$dir/bomb.yml"
}

a_yaml_bomb_in_the_folder_is_refused_with_its_line() {
    local kind rc begun
    home bombs
    for kind in aliases depth self keys twice nul large; do
        bombs $kind
        cp "$dir/bomb.yml" "$dir/bombs/workflows/bomb.yml"
        begun=$(now_ms)
        ([ -n "$sanitized" ] || ulimit -v 2000000; exec "$fettle" serve -c "$dir/bombs/fettle.yaml" --check) >"$dir/out" 2>&1
        rc=$?
        is "$kind: exit code" $rc 3 && at_most "$kind: ms" $(($(now_ms) - begun)) 500 || return 1
        grep -Eq 'bomb\.yml(:[0-9]+:[0-9]+)?: error: ' "$dir/out" ||
            { say "$kind: $(head -c 300 "$dir/out")"; return 1; }
    done
}

# A bare repository with one commit that holds bomb.yml: repository NAME BOMB; the commit in $sha.
repository() {
    local work=$dir/work.$1
    rm -rf "$work" "$dir/$1.git"
    git init -q -b main "$work" && mkdir -p "$work/.fettle/workflows" || return 1
    cp "$dir/bomb.yml" "$work/.fettle/workflows/bomb.yml"
    git -C "$work" -c user.name=a -c user.email=a@example.org add . &&
        git -C "$work" -c user.name=a -c user.email=a@example.org commit -q -m one &&
        git clone -q --bare "$work" "$dir/$1.git" && sha=$(git -C "$work" rev-parse HEAD)
}

a_yaml_bomb_in_a_repository_fails_a_run_with_its_line() {
    local before=$pid detail
    home repos
    bombs aliases && repository api || return 1
    printf 'repositories:\n  - {name: api, id: "github:acme/api", url: "file://%s", default_branch: main}\n' "$dir/api.git" \
        >"$dir/repos/repositories.yaml"
    echo 'repositories: repositories.yaml' >>"$dir/repos/fettle.yaml"
    start repos || return 1
    jq -c --arg sha "$sha" '.after = $sha | .before = "0000000000000000000000000000000000000000"' \
        "$fixtures/github/push.json" >"$dir/json"
    github push "$dir/json"
    decided "$(answered .delivery)" matched && run=$(runs_of "$(answered .delivery)") && ended 5 &&
        is conclusion "$(run "$run" .conclusion)" error && detail=$(run "$run" .detail) &&
        { [[ $detail =~ \.fettle/workflows/bomb\.yml:[0-9]+:[0-9]+: ]] || { say "$detail"; false; }; } &&
        is "the status" "$(run "$run" '.effects[-1].body.state')" error &&
        [[ $(run "$run" '.effects[-1].body.description') =~ bomb\.yml:[0-9]+ ]]
    local ok=$?
    stop
    use main "$before"
    return $ok
}
