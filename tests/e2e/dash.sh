#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The dashboard as a browser meets it: which listener has it, what is kept and for how long, what its policy says, and
# that reports about that policy are counted and believed nothing. usage: dash.sh FOLDER-OF-THE-PROGRAMS
set -eu
. "$(dirname "$0")/lib.sh" "$1"
. "$(dirname "$0")/cases.sh"

cd "$DIR"
make_secrets "$DIR"
mkdir -p workflows run
cat > fettle.yaml << END
listen:
  - http: 127.0.0.1:0
  - {https: 127.0.0.1:0, serves: [api, dashboard], cert: tls/cert.pem, key: tls/key.pem}
  - {unix: run/fettle.sock, serves: [hooks, api]}
workflows: workflows
forges: {github: {kind: github, webhooks: [{path: /queue, secrets: [{file: secrets/hook}]}]}}
runner: {isolation: $(isolation)}
END
start_fettle "$DIR"
http=http://127.0.0.1:$HTTP_PORT

ask() { # [CURL OPTIONS] URL: status into $status, head and body into files
  : > body
  status=$(curl -sS --cacert tls/cert.pem -D head -o body -w '%{http_code}' "$@")
  tr -d '\r' < head > headers
}
header() { sed -n "s/^$1: //Ip" headers; }
is() { # SENTENCE FOUND WANTED
  [ "$2" = "$3" ] || fail "$1: \"$2\", not \"$3\""
}

pages_are_one_file_with_a_strict_policy() {
  ask "$http/runs/0appb1t8g0000"
  is 'status' "$status" 200
  is 'type' "$(header content-type)" 'text/html; charset=utf-8'
  is 'kept' "$(header cache-control)" 'no-cache'
  is 'sniffing' "$(header x-content-type-options)" 'nosniff'
  is 'referrer' "$(header referrer-policy)" 'no-referrer'
  has 'policy' "$(header content-security-policy)" "default-src 'none'; script-src 'self'; style-src 'self';"
  has 'policy' "$(header content-security-policy)" "require-trusted-types-for 'script'"
  has_not 'policy' "$(header content-security-policy)" unsafe
  is 'no promise of TLS' "$(header strict-transport-security)" ''
  ask -H "If-None-Match: $(header etag)" "$http/"
  is 'nothing is new' "$status $(wc -c < body)" '304 0'
  ask -I "$http/queue" # a webhook's path stays one
  is 'the path of a webhook' "$status" 405
}

assets_are_named_by_what_is_in_them() {
  ask "$http/"
  local app
  app=$(sed -n 's/.*type="module" src="\([^"]*\)".*/\1/p' body)
  ask "$http$app"
  is 'script' "$status $(header content-type)" '200 text/javascript; charset=utf-8'
  is 'kept' "$(header cache-control)" 'public, max-age=31536000, immutable'
  is 'plain' "$(header content-encoding)" ''
  cp body plain
  ask -H 'Accept-Encoding: gzip' "$http$app"
  is 'packed' "$(header content-encoding) $(header vary)" 'gzip Accept-Encoding'
  gzip -dc body | cmp - plain
  ask "$http${app/\/a\//\/a\/0}"
  [ "$status" != 200 ] || fail 'another digest is answered'
  ask -X POST -d x "$http/"
  [ "$status" != 200 ] || fail 'a POST is answered with a page'
}

only_where_it_is_served() {
  ask "https://localhost:$HTTPS_PORT/"
  is 'over TLS' "$status $(header strict-transport-security)" '200 max-age=31536000'
  ask --unix-socket run/fettle.sock http://localhost/runs
  is 'a listener without it' "$status" 405
}

count() { curl -sS "$http/metrics" | sed -n 's/^automation_csp_reports_total \([0-9]*\)$/\1/p'; }
reports_are_counted_and_believed_nothing() {
  local before
  before=$(count)
  for body in '{"csp-report":{"effective-directive":"img-src","blocked-uri":"x\nlevel=error msg=forged","document-uri":"/"}}' 'no JSON' ''; do
    ask -H 'Content-Type: application/csp-report' --data-binary "$body" "$http/csp-report"
    is 'a report' "$status" 204
  done
  head -c 20000 /dev/zero | tr '\0' x > large
  ask --data-binary @large "$http/csp-report"
  is 'a large one' "$status" 413
  is 'counted' "$(count)" $((before + 3))
  is 'told once' "$(grep -c 'kept from something by its policy' fettle.log)" 1
  ! grep -q '^level=error msg=forged' fettle.log || fail 'a report wrote a line of the log'
}

case_of 'pages are one file with a strict policy' pages_are_one_file_with_a_strict_policy
case_of 'assets are named by what is in them' assets_are_named_by_what_is_in_them
case_of 'only a listener that serves it has the dashboard' only_where_it_is_served
case_of 'reports about the policy are counted and believed nothing' reports_are_counted_and_believed_nothing
finish_cases
