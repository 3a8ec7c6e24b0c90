# SPDX-License-Identifier: Apache-2.0
# Answers of the intake, word for word, before and after the signature holds.

intake_cases=(
    a_stored_delivery_is_answered_202_with_its_id
    the_same_delivery_again_is_answered_200_with_the_same_id
    the_same_delivery_is_a_duplicate_after_a_restart_too
    a_body_under_a_new_id_is_suspect_and_not_run_until_released
    a_body_under_another_event_name_is_suspect_too
    a_bad_signature_and_an_unknown_path_get_the_same_bytes
    every_forge_answers_an_unknown_path_like_a_bad_signature
    a_signature_that_is_missing_cut_or_long_is_401
    a_missing_event_is_400_and_a_wrong_type_415
    a_form_is_read_like_json
    two_secrets_hold_at_once_and_a_third_does_not
    a_sender_of_another_forge_is_refused_like_an_unknown_path
    gitlab_tokens_and_signatures_hold
    a_stale_timestamp_is_401
    a_gitea_signature_holds_for_json_and_for_forms
    a_request_that_is_no_post_is_405_and_one_without_length_411
    malformed_http_is_400_and_large_heads_are_431
    a_path_never_leaves_the_table_of_hooks
    bodies_are_never_echoed
    the_api_is_for_this_machine_and_for_no_web_page
)

is_head() { # NAME VALUE
    is "header $1" "$(sed -n "s/^$1: \(.*\)\r\$/\1/p" "$dir/head")" "$2"
}

a_stored_delivery_is_answered_202_with_its_id() {
    push "$dir/one" main
    github push "$dir/one" one-guid
    first=$(answered .delivery)
    is status "$status" 202 && is body "$(cat "$dir/body")" "{\"delivery\":\"$first\",\"status\":\"accepted\"}" &&
        is_head Content-Type application/json && is_head Content-Length "$(stat -c %s "$dir/body")" &&
        decided "$first" matched
}

the_same_delivery_again_is_answered_200_with_the_same_id() {
    github push "$dir/one" one-guid
    is status "$status" 200 && is body "$(cat "$dir/body")" "{\"delivery\":\"$first\",\"status\":\"duplicate\"}" &&
        is runs "$(runs_of "$first" | wc -l)" 1
}

the_same_delivery_is_a_duplicate_after_a_restart_too() {
    stop && start main && github push "$dir/one" one-guid &&
        is status "$status" 200 && is id "$(answered .delivery)" "$first" && is runs "$(runs_of "$first" | wc -l)" 1
}

a_body_under_a_new_id_is_suspect_and_not_run_until_released() {
    github push "$dir/one" another-guid
    local d
    d=$(answered .delivery)
    is status "$status" 202 && is said "$(answered .status)" accepted && [ "$d" != "$first" ] &&
        is state "$(delivery "$d" .state)" suspect && [[ $(delivery "$d" .reason) == *"$first"* ]] &&
        is listed "$(get '/api/v1/deliveries?state=suspect' | jq -r '.deliveries[].id')" "$d" &&
        until_is 3 1 metric 'automation_deliveries_total{forge="github",verdict="suspect"}' || return 1
    sleep 0.3
    is runs "$(runs_of "$d" | wc -l)" 0 && is release "$(act "/api/v1/deliveries/$d/replay")" 202 &&
        decided "$d" matched && is runs "$(runs_of "$d" | wc -l)" 1
}

# Neither the id nor the event is covered by GitHub's signature.
a_body_under_another_event_name_is_suspect_too() {
    github release "$dir/one" third-guid
    is status "$status" 202 && is state "$(delivery "$(answered .delivery)" .state)" suspect
}

wrong() { # PATH [CURL-OPTION...]: $dir/one with a signature of nobody
    local path=$1
    shift
    post "$path" "$dir/one" -H "X-GitHub-Event: push" -H "X-GitHub-Delivery: $(guid)" \
        -H "X-Hub-Signature-256: sha256=$(signature nobody "$dir/one")" "$@"
}

same_answers() { # FILE-PREFIX: what `a.*` and `b.*` hold, but for the second of the clock
    sed -i '/^Date: /d' "$dir/a.head" "$dir/b.head"
    cmp "$dir/a.head" "$dir/b.head" && cmp "$dir/a.body" "$dir/b.body"
}

keep() { mv "$dir/head" "$dir/$1.head" && mv "$dir/body" "$dir/$1.body"; }

a_bad_signature_and_an_unknown_path_get_the_same_bytes() {
    refused 401 bad-signature wrong /hook/github && keep a && refused 401 unknown-path wrong /hook/nobody && keep b &&
        is body "$(cat "$dir/a.body")" '{"error":"unauthorized"}' && same_answers
}

every_forge_answers_an_unknown_path_like_a_bad_signature() {
    local id
    for id in gitlab gitea; do
        local headers=(-H 'X-Gitlab-Event: Push Hook' -H 'X-Gitlab-Token: wrong')
        [ $id = gitlab ] || headers=(-H 'X-Gitea-Event: push' -H 'X-Gitea-Delivery: 1' \
            -H "X-Gitea-Signature: $(signature nobody "$dir/one")")
        post /hook/$id "$dir/one" "${headers[@]}" && is status "$status" 401 && keep a || return 1
        post /hook/none "$dir/one" "${headers[@]}" && is status "$status" 401 && keep b && same_answers || return 1
        # What is malformed besides says nothing about the path either.
        post /hook/$id "$dir/one" "${headers[@]:2}" && keep a
        post /hook/none "$dir/one" "${headers[@]:2}" && keep b && same_answers || return 1
    done
}

a_signature_that_is_missing_cut_or_long_is_401() {
    local good
    good=$(signature "$hook_secret" "$dir/one")
    unsigned() { post /hook/github "$dir/one" -H 'X-GitHub-Event: push' -H "X-GitHub-Delivery: $(guid)" "$@"; }
    refused 401 no-signature unsigned &&
        refused 401 malformed-signature unsigned -H "X-Hub-Signature-256: sha256=${good:0:62}" &&
        refused 401 malformed-signature unsigned -H "X-Hub-Signature-256: sha256=${good}00" &&
        refused 401 no-signature unsigned -H "X-Hub-Signature-256: sha256=" &&
        refused 401 malformed-signature unsigned -H "X-Hub-Signature-256: $good" &&
        refused 401 malformed-signature unsigned -H "X-Hub-Signature-256: sha256=${good:0:63}g" &&
        refused 401 no-signature unsigned -H "X-Hub-Signature: sha1=$(openssl dgst -sha1 -hmac "$hook_secret" <"$dir/one" | sed 's/.* //')"
}

a_missing_event_is_400_and_a_wrong_type_415() {
    local sig
    sig="X-Hub-Signature-256: sha256=$(signature "$hook_secret" "$dir/one")"
    refused 400 no-event post /hook/github "$dir/one" -H "X-GitHub-Delivery: $(guid)" -H "$sig" &&
        refused 400 bad-header post /hook/github "$dir/one" -H "X-GitHub-Delivery: $(printf 'x%.0s' {1..300})" \
            -H 'X-GitHub-Event: push' -H "$sig" &&
        type=text/xml refused 415 unsupported-type post /hook/github "$dir/one" -H "X-GitHub-Delivery: $(guid)" -H "$sig" \
            -H 'X-GitHub-Event: push' &&
        is body "$(cat "$dir/body")" '{"error":"unsupported-type"}'
}

a_form_is_read_like_json() {
    push "$dir/json" main
    as_form "$dir/json" "$dir/form"
    type=$form github push "$dir/form"
    is status "$status" 202 && decided "$(answered .delivery)" matched || return 1
    printf 'payload=%%7b%%7d&payload=%%7b%%7d' >"$dir/form"
    type=$form github push "$dir/form"
    is status "$status" 202 && decided "$(answered .delivery)" invalid &&
        is reason "$(delivery "$(answered .delivery)" .reason)" 'the form has no single field "payload"'
}

two_secrets_hold_at_once_and_a_third_does_not() {
    push "$dir/json" main
    github push "$dir/json" "$(guid)" "$old_secret"
    is status "$status" 202 || return 1
    refused 401 bad-signature github push "$dir/json" "$(guid)" "${old_secret}x"
}

whsec_post() { # FILE ID SECONDS [SIGNATURE-LIST]
    local key signed
    key=$(printf %s "${whsec#whsec_}" | base64 -d)
    signed=$({ printf '%s.%s.' "$2" "$3" && cat "$1"; } | openssl dgst -sha256 -hmac "$key" -binary | base64)
    post /hook/gitlab "$1" -H 'X-Gitlab-Event: Push Hook' -H "webhook-id: $2" -H "webhook-timestamp: $3" \
        -H "webhook-signature: ${4:-}v1,$signed"
}

a_sender_of_another_forge_is_refused_like_an_unknown_path() {
    local headers=(-H 'X-GitHub-Event: push' -H 'X-GitHub-Delivery: x' -H "X-Hub-Signature-256: sha256=$(signature nobody "$dir/one")")
    refused 401 no-signature post /hook/gitlab "$dir/one" "${headers[@]}" && keep a &&
        refused 401 unknown-path post /hook/nobody "$dir/one" "${headers[@]}" && keep b && same_answers
}

gitlab_tokens_and_signatures_hold() {
    local now nothing
    now=$(date +%s) nothing=$(head -c 32 /dev/zero | base64)
    jq -c --arg m "$$" '.message = $m' "$fixtures/gitlab/push.json" >"$dir/lab"
    post /hook/gitlab "$dir/lab" -H 'X-Gitlab-Event: Push Hook' -H "X-Gitlab-Token: $gitlab_secret" -H 'Idempotency-Key: k1'
    is "token" "$status" 202 || return 1
    refused 401 bad-signature post /hook/gitlab "$dir/lab" -H 'X-Gitlab-Event: Push Hook' -H "X-Gitlab-Token: ${gitlab_secret}x" &&
        refused 401 no-signature post /hook/gitlab "$dir/lab" -H 'X-Gitlab-Event: Push Hook' -H 'X-Gitlab-Token;' || return 1
    whsec_post "$dir/lab" msg-1 "$now" && is "signed" "$status" 202 &&
        whsec_post "$dir/lab" msg-1 "$now" && is "signed again" "$status" 200 &&
        whsec_post "$dir/lab" msg-2 "$now" "v1,$nothing " && is "second of two signatures" "$status" 202 || return 1
    # A signature that does not hold is not saved by a token that would.
    refused 401 bad-signature post /hook/gitlab "$dir/lab" -H 'X-Gitlab-Event: Push Hook' -H "X-Gitlab-Token: $gitlab_secret" \
        -H 'webhook-id: msg-3' -H "webhook-timestamp: $now" -H "webhook-signature: v1,$nothing"
}

a_stale_timestamp_is_401() {
    refused 401 stale-timestamp whsec_post "$dir/lab" msg-old $(($(date +%s) - 400)) &&
        refused 401 stale-timestamp whsec_post "$dir/lab" msg-new $(($(date +%s) + 400)) &&
        is body "$(cat "$dir/body")" '{"error":"unauthorized"}'
}

a_gitea_signature_holds_for_json_and_for_forms() {
    jq -c --arg m "$$" '.compare_url = $m' "$fixtures/gitea/push.json" >"$dir/tea"
    local sign
    sign=$(signature "$gitea_secret" "$dir/tea")
    post /hook/gitea "$dir/tea" -H 'X-Gitea-Event: push' -H 'X-Gitea-Delivery: tea-1' -H "X-Gitea-Signature: $sign"
    is json "$status" 202 && decided "$(answered .delivery)" matched || return 1
    # Gitea signs what is inside the form.
    as_form "$dir/tea" "$dir/form"
    type=$form post /hook/gitea "$dir/form" -H 'X-Gitea-Event: push' -H 'X-Gitea-Delivery: tea-2' -H "X-Gitea-Signature: $sign"
    is form "$status" 202 &&
        refused 401 bad-signature post /hook/gitea "$dir/tea" -H 'X-Gitea-Event: push' -H 'X-Gitea-Delivery: tea-3' \
            -H "X-Gitea-Signature: $(signature wrong "$dir/tea")"
}

method() { # METHOD PATH [CURL-OPTION...]
    status=$(curl -sS --max-time 10 --cacert "$dir/$name/tls/cert.pem" -o "$dir/body" -D "$dir/head" -w '%{http_code}' \
        -X "$1" "${@:3}" "https://127.0.0.1:$https$2")
}

a_request_that_is_no_post_is_405_and_one_without_length_411() {
    refused 405 method method GET /hook/github && is_head Allow POST &&
        refused 405 method method DELETE /hook/nobody && refused 411 no-length raw_post 'X-Nothing: 1' &&
        [[ $raw == *'{"error":"no-length"}'* ]]
}

# What the plain listener answers to bytes; in $raw, the status in $status.
raw() {
    exec 9<>"/dev/tcp/127.0.0.1/$http" || return 1
    printf '%b' "$1" >&9 2>/dev/null
    raw=$(timeout 5 cat <&9 | tr -d '\0')
    exec 9>&-
    status=${raw#HTTP/1.1 }
    status=${status:0:3}
}
raw_post() { raw "POST /hook/github HTTP/1.1\r\nHost: x\r\nConnection: close\r\n$1\r\n\r\n${2:-}"; }

malformed_http_is_400_and_large_heads_are_431() {
    local long many
    long=$(printf 'x%.0s' {1..9000}) many=$(printf 'X-A: 1\\r\\n%.0s' {1..120})
    refused 400 two-content-lengths raw_post 'Content-Length: 2\r\nContent-Length: 3' '{}' &&
        refused 400 bad-content-length raw_post 'Content-Length: +2' '{}' &&
        refused 400 length-and-chunked raw_post 'Content-Length: 2\r\nTransfer-Encoding: chunked' '0\r\n\r\n' &&
        refused 501 transfer-coding raw_post 'Transfer-Encoding: gzip, chunked' '0\r\n\r\n' &&
        refused 400 nul raw_post 'Content-Length: 2\r\nX-A: a\0b' '{}' &&
        refused 400 obs-fold raw_post 'Content-Length: 2\r\nX-A: a\r\n b' '{}' &&
        refused 400 bare-lf raw 'POST / HTTP/1.1\nHost: x\n\n' &&
        refused 400 no-host raw 'GET / HTTP/1.1\r\n\r\n' &&
        refused 400 bad-method raw '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' &&
        refused 414 line-too-long raw "GET /$long HTTP/1.1\r\nHost: x\r\n\r\n" &&
        refused 431 too-many-fields raw_post "Content-Length: 2\r\n${many}X-B: 1" '{}' &&
        refused 431 head-too-large raw_post "Content-Length: 2\r\nX-A: $long\r\nX-B: $long\r\nX-C: $long\r\nX-D: $long" '{}' &&
        refused 400 bad-chunk-size raw_post \
            "Transfer-Encoding: chunked\r\nContent-Type: application/json\r\nX-GitHub-Event: push\r\nX-GitHub-Delivery: c1\r\nX-Hub-Signature-256: sha256=$(signature x "$dir/one")" \
            '0x5\r\nhello\r\n0\r\n\r\n'
}

a_path_never_leaves_the_table_of_hooks() {
    local path
    for path in /hook/../hook/github /hook/%67ithub /hook//github /hook/github/ '/hook/github;x' //hook/github; do
        push "$dir/json" main
        status=$(curl -sS --path-as-is --max-time 10 --cacert "$dir/$name/tls/cert.pem" -o "$dir/body" -w '%{http_code}' \
            -H Expect: -H 'Content-Type: application/json' -H 'X-GitHub-Event: push' -H "X-GitHub-Delivery: $(guid)" \
            -H "X-Hub-Signature-256: sha256=$(signature "$hook_secret" "$dir/json")" --data-binary @"$dir/json" \
            "https://127.0.0.1:$https$path")
        is "$path" "$status" 401 || return 1
    done
}

bodies_are_never_echoed() {
    printf '{"x":"<script>echo-me</script>"}' >"$dir/json"
    wrong /hook/github && ! grep -q echo-me "$dir/head" "$dir/body" &&
        post '/hook/github?echo-me' "$dir/json" -H 'X-GitHub-Event: echo-me' && ! grep -q echo-me "$dir/head" "$dir/body"
}

# A page of somebody else's can let a name of its own point here.
the_api_is_for_this_machine_and_for_no_web_page() {
    named() { status=$(curl -sS --max-time 5 -o "$dir/body" -w '%{http_code}' "$@" "http://127.0.0.1:$http/api/v1/deliveries"); }
    named && is "by number" "$status" 200 && named -H "Host: localhost:$http" && is "as localhost" "$status" 200 || return 1
    local host
    for host in evil.example 127.evil.example localhost.evil.example 127.0.0.1.evil.example '[::1].evil.example'; do
        refused 403 not-local named -H "Host: $host" || { [ "$status" = 400 ] || return 1; }
    done
    refused 403 not-local named -H 'Origin: https://evil.example'
}
