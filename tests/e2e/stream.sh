#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# GET /api/v1/stream with real clients: what the journal has, in its order, without a hole and without an event twice,
# whatever becomes of the server; many at once; behind proxies; and a drain that nobody holds up.
# usage: stream.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"
PATH=$PATH:/usr/sbin:/sbin
for tool in node sqlite3; do
  command -v $tool > /dev/null || { echo "skipped: $tool is missing"; exit 77; }
done

cd "$DIR"
make_secrets "$DIR"
mkdir -p workflows run
cat > fettle.yaml << END
listen:
  - {http: 127.0.0.1:0, serves: [hooks, api]}
  - {https: 127.0.0.1:0, serves: [hooks, api], cert: tls/cert.pem, key: tls/key.pem}
  - {unix: run/fettle.sock}
workflows: workflows
runner: {isolation: none}
limits: {per-address: 700, viewers: 300}
slots: 4
END
cat > workflows/some.yml << 'END'
name: some
on: workflow_dispatch
jobs:
  a: {strategy: {matrix: {n: [1, 2, 3, 4]}}, steps: [{run: 'true'}, {run: sleep 0.1}]}
  b: {needs: a, steps: [{run: 'true'}]}
END
start_fettle "$DIR"
unset FETTLE_URL FETTLE_TOKEN
export FETTLE_CONFIG=$DIR/fettle.yaml
client=$E2E/stream_client.mjs

ports() { # a case may have started the server again
  HTTP_PORT=$(logged_port http fettle.start)
  HTTPS_PORT=$(logged_port https fettle.start)
}
api() { curl -sf --unix-socket "$SOCKET" "http://x/api/v1/$1"; }
begin() { "$FETTLE" dispatch some --quiet > /dev/null; }
all_done() { [ "$(api runs | jq '[.runs[] | select(.state != "done")] | length')" = 0 ]; }
settled() { wait_until all_done "$LONG"; }
end_of_journal() { sqlite3 state/fettle.db 'SELECT coalesce(max(seq), 0) FROM journal'; }
has_come() { [ "$(grep -c "^id: $2\$" "$1")" -ge 1 ]; } # FILE SEQ
numbers() { sed -n 's/^id: //p' "$1" | tail -n +2 | tr '\n' ' '; } # FILE of curl, without hello
metric() { curl -sf --unix-socket "$SOCKET" http://x/metrics | sed -n "s/^$1 //p"; }

every_way_tells_the_same() {
  local pids="" end way
  curl -sN "http://127.0.0.1:$HTTP_PORT/api/v1/stream?after=0" > http & pids="$pids $!"
  curl -sN --http1.0 "http://127.0.0.1:$HTTP_PORT/api/v1/stream?after=0" > old & pids="$pids $!"
  curl -sN --cacert tls/cert.pem "https://127.0.0.1:$HTTPS_PORT/api/v1/stream?after=0" > https & pids="$pids $!"
  curl -sN --unix-socket "$SOCKET" 'http://x/api/v1/stream?after=0' > unix & pids="$pids $!"
  begin
  begin
  settled
  end=$(end_of_journal)
  for way in http old https unix; do
    wait_until "has_come $way $end" "$LONG"
    same "$way" "$(numbers $way)" "$(seq "$end" | tr '\n' ' ')"
    same "$way: what is told" "$(sed -n 's/^data: //p' $way | tail -n +2 | jq -cs .)" "$(api 'journal?limit=1000' | jq -c .journal)"
  done
  kill $pids
}

who_comes_back_misses_nothing() {
  local follower end i
  node "$client" follow "unix:$SOCKET" followed & follower=$!
  for i in 1 2; do
    wait_until "[ \$(grep -c '^hello' followed) -ge $i ]" "$LONG"
    begin
    begin
    sleep 0.4
    stop_fettle KILL
    start_fettle "$DIR"
  done
  wait_until "[ \$(grep -c '^hello' followed) -ge 3 ]" "$LONG"
  begin
  settled
  end=$(end_of_journal)
  wait_until "grep -q '^journal $end ' followed" "$LONG"
  kill $follower
  same "in order, each once" "$(sed -n 's/^journal \([0-9]*\) .*/\1/p' followed | tr '\n' ' ')" "$(seq "$end" | tr '\n' ' ')"
  same "nothing was lost" "$(grep -c '^reset' followed || :)" 0
}

a_filter_tells_of_one_run() {
  local run journal pid
  begin
  settled
  run=$(api 'runs?limit=1' | jq -r '.runs[0].id')
  journal=$(api "runs/$run/journal?limit=1000" | jq -c .journal)
  begin
  curl -sN --unix-socket "$SOCKET" "http://x/api/v1/stream?after=0&run=$run" > one & pid=$!
  settled
  wait_until "has_come one $(jq '.[-1].seq' <<< "$journal")" "$LONG"
  kill $pid
  sed -n 's/^data: //p' one | tail -n +2 | jq -cs . > told
  same "its journal" "$(cat told)" "$journal"
  same "of it alone" "$(jq -r '.[].run' told | sort -u)" "$run"
  same "a run that is none" "$(curl -s -o /dev/null -w '%{http_code}' --unix-socket "$SOCKET" http://x/api/v1/stream?run=0000000000001)" 404
}

three_hundred_hear_the_same_and_hold_up_no_drain() {
  local crowd from ms
  ports
  node "$client" crowd "http://127.0.0.1:$HTTP_PORT" 303 > crowd & crowd=$!
  wait_until 'grep -q "^in " crowd' "$LONG"
  same "who is let in" "$(head -1 crowd)" "in 300 refused 3 retry-after 30"
  same "the gauge" "$(metric automation_viewers)" 300
  has "the refusals" "$(curl -sf --unix-socket "$SOCKET" http://x/metrics)" 'automation_refused_total{reason="too-many-viewers"} 3'
  begin
  settled
  sleep 0.5
  from=$(date +%s%N)
  stop_fettle
  ms=$((($(date +%s%N) - from) / 1000000))
  wait $crowd
  [[ $(tail -1 crowd) =~ ^'whole 300 broken 0 same 300 events '[1-9] ]] || fail "$(cat crowd)"
  [ "$ms" -lt $((LONG * 150)) ] || fail "the drain took $ms ms" # no viewer lingers
  start_fettle "$DIR"
}

# So many rows of 2 KB that no socket takes them: who reads gets all, who does not is waited for by nobody.
who_does_not_read_stops_nobody() {
  local slow other late begin end
  stop_fettle
  begin=$(end_of_journal)
  sqlite3 state/fettle.db "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9995)
    INSERT INTO journal (at, kind, ref_id, run_id, cause) SELECT 1, 'api', 0, 0, printf('%02000d', i) FROM n"
  start_fettle "$DIR"
  ports
  curl -sN --limit-rate 1 "http://127.0.0.1:$HTTP_PORT/api/v1/stream?after=$begin" > /dev/null & slow=$!
  wait_until '[ "$(metric automation_viewers)" = 1 ]' "$LONG"
  curl -sN "http://127.0.0.1:$HTTP_PORT/api/v1/stream?after=$begin" > other & other=$!
  begin
  settled
  end=$(end_of_journal)
  wait_until "has_come other $end" "$LONG"
  kill -0 $slow || fail "it read all of it"
  same "in order, each once" "$(numbers other | cksum)" "$(seq $((begin + 1)) "$end" | tr '\n' ' ' | cksum)"
  curl -sN --unix-socket "$SOCKET" "http://x/api/v1/stream?after=$begin" > late & late=$!
  wait_until "grep -q '^event: reset' late" "$LONG"
  same "too far back" "$(sed -n 's/^event: //p' late | tr '\n' ' ')" "hello reset "
  kill $slow $other $late
  wait_until '[ "$(metric automation_viewers)" = 0 ]' "$LONG"
}

free_port() {
  local p=$((21000 + $$ % 9000))
  while curl -s -m 1 -o /dev/null "http://127.0.0.1:$p/"; do p=$((p + 7)); done
  echo $p
}

through() { # NAME PORT PID-OF-THE-PROXY: what comes is there at once, and so is the end
  local pid end
  wait_until "curl -sf -o /dev/null http://127.0.0.1:$2/healthz" "$LONG"
  curl -sN "http://127.0.0.1:$2/api/v1/stream" > "by-$1" & pid=$!
  wait_until "grep -q '^event: hello' by-$1" "$LONG"
  begin
  settled
  end=$(end_of_journal)
  wait_until "has_come by-$1 $end" "$LONG"
  stop_fettle
  wait_until "! kill -0 $pid" "$LONG"
  kill "$3"
  start_fettle "$DIR"
}

nginx_passes_it_on_at_once() {
  local port
  port=$(free_port)
  ports
  mkdir -p nginx
  cat > nginx/conf << END
daemon off;
pid $DIR/nginx/pid;
error_log $DIR/nginx/err;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path $DIR/nginx/b; proxy_temp_path $DIR/nginx/p; fastcgi_temp_path $DIR/nginx/f;
  uwsgi_temp_path $DIR/nginx/u; scgi_temp_path $DIR/nginx/s;
  server { listen 127.0.0.1:$port; location / { proxy_pass http://127.0.0.1:$HTTP_PORT; } }
}
END
  nginx -p "$DIR/nginx" -c "$DIR/nginx/conf" 2> /dev/null &
  through nginx "$port" $!
}

haproxy_passes_it_on_at_once() {
  local port
  port=$(free_port)
  ports
  cat > haproxy.conf << END
defaults
  mode http
  timeout client 20s
  timeout server 20s
  timeout connect 5s
frontend f
  bind 127.0.0.1:$port
  default_backend b
backend b
  server fettle 127.0.0.1:$HTTP_PORT
END
  haproxy -db -f haproxy.conf 2> /dev/null &
  through haproxy "$port" $!
}

case_of 'curl hears the same over http, https, the socket and HTTP/1.0: the journal in its order' every_way_tells_the_same
case_of 'who comes back with the last id misses nothing and hears nothing twice over kill -9' who_comes_back_misses_nothing
case_of 'a filter tells of one run, all of it' a_filter_tells_of_one_run
case_of 'three hundred hear the same, more are refused, and a drain ends all at once' three_hundred_hear_the_same_and_hold_up_no_drain
case_of 'who does not read stops nobody, and who is too far back loads anew' who_does_not_read_stops_nobody
! command -v nginx > /dev/null || case_of 'nginx passes it on at once, as it is configured by default' nginx_passes_it_on_at_once
! command -v haproxy > /dev/null || case_of 'haproxy passes it on at once' haproxy_passes_it_on_at_once
finish_cases
