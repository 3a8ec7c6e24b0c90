#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a person on call sees: promtool's word on /metrics, in both formats; a real Prometheus scrapes it, and finds
# every metric that the alert rules and the Grafana dashboard ask for.
# usage: prometheus.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"
for tool in promtool prometheus; do
  command -v $tool > /dev/null || { echo "skipped: $tool is missing"; exit 77; }
done
CONTRIB=$E2E/../../contrib
start_lab "$DIR"
make_config "$DIR"
start_fettle "$DIR"
export FETTLE_CONFIG=$DIR/fettle.yaml
push github backend > /dev/null
wait_until 'status_is github success' 20

metrics() { curl -sf "http://127.0.0.1:$HTTP_PORT/metrics" "$@"; }
has() { # LINE-PATTERN WHAT
  metrics > "$DIR/metrics.txt"
  grep -qE "$1" "$DIR/metrics.txt" || { grep -E "^${1%%[\{^ ]*}" "$DIR/metrics.txt" >&2; fail "$2"; }
}

metrics | promtool check metrics > "$DIR/promtool.out" 2>&1 || { cat "$DIR/promtool.out" >&2; fail "promtool check metrics"; }
[ ! -s "$DIR/promtool.out" ] || { cat "$DIR/promtool.out" >&2; fail "promtool has something to say"; }
metrics -H 'Accept: application/openmetrics-text; version=1.0.0' -D "$DIR/head" > "$DIR/open.txt"
grep -qi '^content-type: application/openmetrics-text' "$DIR/head" || fail "OpenMetrics was asked for"
[ "$(tail -n 1 "$DIR/open.txt")" = "# EOF" ] || fail "OpenMetrics ends with # EOF"
! grep -q '^# TYPE .*_total counter' "$DIR/open.txt" || fail "an OpenMetrics family with _total"

# Labels that say something.
has '^automation_effects_total\{forge="github",kind="status",outcome="(sent|coalesced)"\} [1-9]' "effects by forge and kind"
has '^automation_task_executions_total\{action="run",outcome="success"\} [1-9]' "steps by action"
has '^automation_process_resident_memory_bytes [1-9][0-9]{6}' "memory of the process"
has '^automation_process_open_fds [1-9]' "descriptors"
has '^automation_disk_free_bytes\{place="store"\} [1-9]' "room on the disk"
has '^automation_certificate_expiry_seconds\{listener="[^"]+"\} [1-9]' "the certificate's end"
has '^automation_build_info\{version="[0-9.]+"\} 1' "the version"
wait_until "metrics | grep -q '^automation_loop_lag_seconds_count{loop=\"engine\"} [1-9]'" 10
wait_until "metrics | grep -q '^automation_loop_lag_seconds_count{loop=\"intake\"} [1-9]'" 10

# What waits shows by priority and repository, and is gone when it has run.
"$FETTLE" queue pause --quiet
change_repo "$DIR/repos" backend
push github backend > /dev/null
wait_until "metrics | grep -q '^automation_queue_waiting_jobs{priority=\"normal\"} [1-9]'" 15
has '^automation_queue_repository_jobs\{repository="[^"]+"\} [1-9]' "the queue by repository"
"$FETTLE" queue resume --quiet
wait_until "metrics | grep -q '^automation_queue_waiting_jobs{priority=\"normal\"} 0'" 20

# ---- the rules and the dashboard ----

promtool check rules "$CONTRIB/prometheus/fettle.rules.yml" > "$DIR/rules.out" 2>&1 || { cat "$DIR/rules.out" >&2; fail "rules"; }
(cd "$CONTRIB/prometheus" && promtool test rules fettle.rules.test.yml) > "$DIR/rules.out" 2>&1 ||
  { cat "$DIR/rules.out" >&2; fail "promtool test rules"; }
names() { grep -ohE 'automation_[a-z_]+' "$@" | sed -E 's/_(bucket|sum|count)$//' | sort -u; }
metrics | sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' | sort > "$DIR/families"
cp "$CONTRIB/prometheus/fettle.rules.yml" "$DIR/rules.yml"
# Series that begin with their first event are told by the program's own list.
sed -nE 's/^METRIC\([^"]*"([^"]+)".*/\1/p' "$E2E/../../lib/metrics/metrics.def" | sort > "$DIR/known"
names "$CONTRIB/prometheus/fettle.rules.yml" "$CONTRIB/grafana/fettle.json" | comm -23 - "$DIR/known" > "$DIR/unknown"
[ ! -s "$DIR/unknown" ] || { cat "$DIR/unknown" >&2; fail "metrics that fettle does not have"; }
jq -e '.panels | length >= 10' "$CONTRIB/grafana/fettle.json" > /dev/null || fail "the dashboard is no dashboard"

# ---- a real Prometheus ----

port=$((20000 + RANDOM % 20000))
cat > "$DIR/prometheus.yml" << END
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [$DIR/rules.yml]
scrape_configs: [{job_name: fettle, static_configs: [{targets: ["127.0.0.1:$HTTP_PORT"]}]}]
END
prometheus --config.file="$DIR/prometheus.yml" --storage.tsdb.path="$DIR/tsdb" \
  --web.listen-address="127.0.0.1:$port" > "$DIR/prometheus.log" 2>&1 &
PROMETHEUS_PID=$!
trap 'stop_pid "$PROMETHEUS_PID"; stop_all' EXIT
asks() { curl -sfG "http://127.0.0.1:$port/api/v1/query" --data-urlencode "query=$1"; }
wait_until 'asks "up{job=\"fettle\"}" | jq -e ".data.result[0].value[1] == \"1\""' 30
wait_until 'asks "automation_workflow_executions_total{outcome=\"success\"}" | jq -e ".data.result | length >= 1"' 10

# Each query of the dashboard is one that Prometheus understands.
jq -r '.. | .expr? // empty' "$CONTRIB/grafana/fettle.json" | sed 's/\$__rate_interval/1m/g; s/\$[a-z]*/.*/g' > "$DIR/queries"
while read -r query; do
  asks "$query" | jq -e '.status == "success"' > /dev/null || fail "not a query: $query"
done < "$DIR/queries"
echo "prometheus: $(wc -l < "$DIR/families") families, $(wc -l < "$DIR/queries") queries"
