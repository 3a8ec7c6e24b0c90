# SPDX-License-Identifier: Apache-2.0
# Looks at all that the cases before left behind.

canaries() { printf '%s\n' "$hook_secret" "$old_secret" "$gitlab_secret" "$gitea_secret" "$token" "$whsec" "${whsec#whsec_}" \
    "$(printf %s "${whsec#whsec_}" | base64 -d)"; }

# Raw, base64 at the three offsets (without their edges), hex and URL.
encodings() {
    local c i
    canaries | while IFS= read -r c; do
        printf '%s\n' "$c"
        for i in '' x xx; do printf '%s%s' "$i" "$c" | base64 -w0 | sed 's/^....//; s/....$//' && echo; done
        printf %s "$c" | od -An -tx1 | tr -d ' \n' && echo
        printf %s "$c" | jq -sRr @uri
    done | sort -u | awk 'length >= 16'
}

secrets_appear_nowhere() {
    encodings >"$dir/needles"
    at_least "needles" "$(wc -l <"$dir/needles")" 30 || return 1
    get /metrics >"$dir/metrics"
    get '/api/v1/deliveries?limit=1000' >"$dir/all"
    local id
    for id in $(jq -r '.deliveries[].id' "$dir/all"); do get "/api/v1/deliveries/$id" >>"$dir/all"; done
    for id in $(get '/api/v1/runs?limit=1000' | jq -r '.runs[].id'); do
        get "/api/v1/runs/$id" >>"$dir/all"
        get "/api/v1/runs/$id/journal" >>"$dir/all"
    done
    get '/api/v1/effects?limit=1000' >>"$dir/all"
    sqlite3 "$dir/main/state/fettle.db" .dump >"$dir/dump" && at_least "lines of the dump" "$(wc -l <"$dir/dump")" 100 || return 1
    local hits
    hits=$(grep -arFl -f "$dir/needles" "$dir/main/log" "$dir/main/out" "$dir/main/state" "$dir/metrics" "$dir/all" "$dir/dump")
    is "files with a secret" "$hits" '' || return 1
    # The search itself finds what is there.
    is "the test of the test" "$(grep -arFlc -f "$dir/needles" "$dir/main/secrets" | wc -l)" 6 &&
        ! tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qF -f "$dir/needles"
}

metrics_are_well_formed() {
    get /metrics >"$dir/metrics"
    if command -v promtool >/dev/null; then promtool check metrics <"$dir/metrics" || return 1; fi
    awk '
        function bad(why) { print "  # " why ": " $0; wrong = 1 }
        /^# HELP / { if ($3 in help) bad("two HELP"); help[$3] = 1; next }
        /^# TYPE / { if ($3 in type) bad("two TYPE"); if ($4 !~ /^(counter|gauge|histogram)$/) bad("no type"); type[$3] = $4; last = $3; next }
        /^#/ { bad("a comment of no kind"); next }
        !/^[a-z_]+(\{[a-z_]+="([^"\\]|\\["\\n])*"(,[a-z_]+="([^"\\]|\\["\\n])*")*\})? -?[0-9.e+-]+$/ { bad("no sample"); next }
        {
            key = $0; sub(/ [^ ]*$/, "", key); if (key in seen) bad("twice"); seen[key] = 1
            base = key; sub(/\{.*/, "", base)
            if (type[last] == "histogram") sub(/_(bucket|sum|count)$/, "", base)
            if (base != last) bad("not under its TYPE")
            if (type[last] == "counter" && base !~ /_total$/) bad("a counter without _total")
            n++
        }
        END { if (n < 30) { print "  # only " n " samples"; wrong = 1 } exit wrong }' "$dir/metrics"
}

the_log_is_one_line_an_event() {
    ! grep -anv '^time=20[0-9T:.-]*Z level=\(debug\|info\|warn\|error\) msg=\("[^"]*"\|[a-z]*\)\( [a-z_]*=\("\([^"\\]\|\\.\)*"\|[^" ]*\)\)*$' \
        "$dir/main/log" && ! LC_ALL=C grep -an '[^ -~]' "$dir/main/log"
}

no_process_of_a_step_is_left() {
    until_is 3 0 strays "$dir/main/state/seats" && until_is 3 0 eval "ps -eo stat=,ppid= | awk '\$1 ~ /^Z/ && \$2 == $pid' | wc -l"
}
