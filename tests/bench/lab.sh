# SPDX-License-Identifier: Apache-2.0
# Shared by the drivers: a folder for the run, the programs, the configuration of fettle. Sourced.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(realpath "${BENCH_BUILD:-$here/../../build/release}")
fettle=$build/bin/fettle
programs=$build/tests
payload=$here/push.json
for need in "$fettle" "$build/bin/fettle-shim" "$programs/bench_load" "$programs/bench_parts" "$programs/bench_start"; do
  [ -x "$need" ] || { echo "missing $need: cmake --preset release && cmake --build --preset release"; exit 77; }
done
for need in jq openssl curl taskset; do
  command -v $need > /dev/null || { echo "missing $need"; exit 77; }
done
# Not /tmp: steps under bubblewrap have one of their own, and the stamps come through a socket here.
lab=$(mktemp -d "${BENCH_DIR:-/var/tmp}/fettle-bench.XXXXXX")
pids=()
finish() {
  for p in "${pids[@]}"; do kill -CONT "$p" 2>/dev/null || true; kill "$p" 2>/dev/null || true; done
  for p in "${pids[@]}"; do wait "$p" 2>/dev/null || true; done
  [ -n "${BENCH_KEEP:-}" ] && echo "kept: $lab" || rm -rf "$lab"
}
trap finish EXIT
ulimit -n "$(ulimit -Hn)"

(umask 077; openssl rand -hex 24 > "$lab/secret"
 openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
   -keyout "$lab/key.pem" -out "$lab/cert.pem" 2>/dev/null)

free_port() { # a port nobody listens on
  local p
  while p=$((20000 + RANDOM % 20000)); (exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null; do :; done
  echo $p
}

fettle_conf() { # folder http_port https_port slots isolation: writes fettle.yaml; workflows when the folder has some
  mkdir -p "$1"
  cp "$lab/secret" "$1/secret"
  cat > "$1/fettle.yaml" << END
listen:
  - {http: 127.0.0.1:$2, serves: [hooks, api]}
  - {https: 127.0.0.1:$3, serves: [hooks], cert: ../cert.pem, key: ../key.pem}
store: sqlite:state/fettle.db
state: state
slots: $4
intake-threads: 1
forges:
  github: {kind: github, webhooks: [{path: /hook/github, secrets: [{file: secret}]}]}
runner: {isolation: $5}
limits: {per-address: 20000, connections: 20000}
log: {level: warn}
END
  [ -d "$1/workflows" ] && echo "workflows: workflows" >> "$1/fettle.yaml"
  return 0
}

wait_port() { # port pid
  for _ in $(seq 300); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
    kill -0 "$2" 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}

median() { sort -g | awk '{ a[NR] = $1 } END { print NR ? a[int((NR + 1) / 2)] : "nan" }'; }

misses=0
goal() { # words value op target: one line, PASS or miss
  awk -v w="$1" -v v="$2" -v op="$3" -v t="$4" 'BEGIN {
    ok = v ~ /nan|null/ || v == "" ? 2 : op == ">=" ? v + 0 >= t : v + 0 <= t
    printf "%-66s %9s  %s %-8s %s\n", w, ok == 2 ? "-" : sprintf("%.3g", v), op, t, ok == 2 ? "skipped" : ok ? "PASS" : "miss"
    exit ok == 0 }' || misses=$((misses + 1))
}
