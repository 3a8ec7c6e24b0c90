#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Behind nginx and haproxy no request is smuggled and none is seen twice. Each proxy marks what it sends on with a field
# X-Via of its own; a request that arrives without one was made by nobody, and one mark arrives once.
#     proxies.sh ECHO_SERVER SMUGGLE REFUSE.txt
set -eu
PATH=$PATH:/usr/sbin:/sbin
server=$1 smuggle=$2 list=$3
for tool in nginx haproxy; do
    command -v "$tool" >/dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
dir=$(mktemp -d)
pids=
trap 'for p in $pids; do kill "$p" 2>/dev/null || :; done; wait; rm -rf "$dir"' EXIT INT TERM

# Two neighbouring ports that are free now, below the range the kernel hands out.
free_port() {
    base=$((20000 + $$ % 9000))
    while "$smuggle" $base /dev/null 0 >/dev/null 2>&1; do base=$((base + 7)); done
    echo "$base"
}

start_server() { # name
    : >"$dir/$1.log" # the server's own opening of it may come later than our first look
    "$server" http 127.0.0.1:0 >"$dir/$1.log" &
    pids="$pids $!"
    for _ in $(seq 100); do
        port=$(sed -n 's/^port //p' "$dir/$1.log")
        [ -n "$port" ] && return
        sleep 0.1
    done
    echo "the server did not start"
    exit 1
}

wait_port() {
    for _ in $(seq 100); do
        "$smuggle" "$1" /dev/null 0 >/dev/null 2>&1 && return
        sleep 0.1
    done
    echo "$2 did not start"
    cat "$dir/err" || :
    exit 1
}

start_nginx() { # name, extra directives
    front=$(free_port)
    start_server "$1"
    mkdir -p "$dir/$1"
    cat >"$dir/$1.conf" <<END
daemon off;
worker_processes 1;
pid $dir/$1/pid;
error_log $dir/err;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path $dir/$1/b; proxy_temp_path $dir/$1/p; fastcgi_temp_path $dir/$1/f;
    uwsgi_temp_path $dir/$1/u; scgi_temp_path $dir/$1/s;
    upstream fettle { server 127.0.0.1:$port; keepalive 4; }
    server {
        listen 127.0.0.1:$front;
        $2
        location / {
            proxy_pass http://fettle;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header X-Via \$request_id;
            proxy_ignore_client_abort on;
        }
    }
}
END
    nginx -p "$dir/$1" -c "$dir/$1.conf" 2>>"$dir/err" &
    pids="$pids $!"
    wait_port "$front" nginx
}

start_haproxy() { # name, extra directives
    front=$(free_port)
    start_server "$1"
    cat >"$dir/$1.conf" <<END
defaults
    mode http
    timeout client 5s
    timeout server 5s
    timeout connect 5s
    http-reuse always
frontend f
    bind 127.0.0.1:$front
    $2
    http-request set-header X-Via %[uuid()]
    default_backend b
backend b
    server fettle 127.0.0.1:$port
END
    haproxy -db -f "$dir/$1.conf" 2>>"$dir/err" &
    pids="$pids $!"
    wait_port "$front" haproxy
}

failed=0
judge() { # name
    "$smuggle" "$front" "$list" 300 >"$dir/$1.out" || { echo "$1: good requests were not all answered: $(cat "$dir/$1.out")"; failed=1; }
    log=$dir/$1.log
    seen=$(grep -c '^seen ' "$log" || :)
    smuggled=$(grep '^seen ' "$log" | awk '$5 == "-"' | wc -l)
    twice=$(grep '^seen ' "$log" | awk '{print $5}' | sort | uniq -d | wc -l)
    good=$(grep -c '^seen POST /good-' "$log" || :)
    refused=$(grep -c '^refused ' "$log" || :)
    echo "$1: $(cat "$dir/$1.out"); server saw $seen, refused $refused, without mark $smuggled, twice $twice"
    [ "$smuggled" -eq 0 ] && [ "$twice" -eq 0 ] && [ "$good" -eq 300 ] || failed=1
}

start_nginx nginx-buffered "proxy_request_buffering on;"
judge nginx-buffered
start_nginx nginx-streamed "proxy_request_buffering off; ignore_invalid_headers off; underscores_in_headers on;"
judge nginx-streamed
start_haproxy haproxy ""
judge haproxy
start_haproxy haproxy-lenient "option accept-invalid-http-request"
judge haproxy-lenient
exit $failed
