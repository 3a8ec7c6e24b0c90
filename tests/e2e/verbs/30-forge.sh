# SPDX-License-Identifier: Apache-2.0
# Verbs that call forges.

fettle lab push --repo acme/backend --ref main >/dev/null
hook=https://127.0.0.1:$HTTPS_PORT
text connect github:acme/backend --url "$hook" --dry-run
js connect github:acme/backend --url "$hook" --no-ping
js connect github:acme/backend --url "$hook"
worst 4 'hub' connect hub:acme/backend
exits 2 connect
exits 3 connect github:acme/backend -c wrong.yaml
elsewhere connect 1 5 6 7 # e2e.connect
cp secrets/hook kept-hook
prose 'secret rotate' /hook/github --url "$hook"
js 'secret rotate' /hook/github --finish
worst 4 'no webhook' 'secret rotate' /hook/githob
exits 2 'secret rotate' /hook/github --finish --grace 1s
exits 3 'secret rotate' /hook/github -c wrong.yaml
elsewhere 'secret rotate' 1 5 6 7 8 # e2e.rotate
prose disconnect github:acme/backend --url "$hook" --dry-run
js disconnect github:acme/backend --url "$hook"
worst 4 'no hook that points at' disconnect github:acme/backend --url "$hook"
exits 2 disconnect
exits 3 disconnect github:acme/backend -c wrong.yaml
elsewhere disconnect 1 5 6 7 # as connect
