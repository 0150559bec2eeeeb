#!/usr/bin/env bash
# What a player feels, in network namespaces on this machine: round trip, TCP, time to the first ping, memory. Called by run.sh; needs root.
#   tests/bench/party.sh [artifacts/RID/softlan]
#
#   player --veth-- relay --veth-- gateway --veth-- lan
#   .1.2          .1.1 .2.1        .2.2  10.1       10.2      (198.18.0.0/16, set apart for benchmarks)
#
# The plain path, for comparison, is routed by relay and gateway on the same cables.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
softlan=$(readlink -f "${1:-artifacts/linux-x64/softlan}")
[ "$(id -u)" -eq 0 ] || { echo "party: needs root (network namespaces)"; exit 1; }

# By this name netns.sh and bad-input.sh know what a run that was killed has left.
id=softlan-test-$$
work=$(mktemp -d "${TMPDIR:-/tmp}/$id-XXXXXX")
pids=()
clean_up() {
  for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  sleep 0.5
  for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
  for host in player relay gateway lan; do ip netns delete "$id-$host" 2>/dev/null || true; done
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

in_host() { local host=$1; shift; timeout 60 ip netns exec "$id-$host" env HOME="$work" XDG_STATE_HOME="$work" "$@"; }
# start HOST NAME COMMAND...: in the background, for as long as this script lives, its words in NAME.log.
start() {
  local host=$1 name=$2
  shift 2
  setpriv --pdeathsig KILL ip netns exec "$id-$host" env HOME="$work" XDG_STATE_HOME="$work" "$@" >"$work/$name.log" 2>&1 &
  pids+=($!)
}
wait_for() { for _ in $(seq 100); do grep -q "$2" "$work/$1.log" && return; sleep 0.05; done; echo "party: no '$2' from $1:"; cat "$work/$1.log"; exit 1; }
cable() {
  ip link add "$2" netns "$id-$1" type veth peer name "$4" netns "$id-$3"
  ip -n "$id-$1" link set "$2" up
  ip -n "$id-$3" link set "$4" up
}
address() { ip -n "$id-$1" addr add "$3" dev "$2"; }
plain_path() {
  for host in relay gateway; do in_host "$host" sh -c "echo $([ "$1" = add ] && echo 1 || echo 0) >/proc/sys/net/ipv4/ip_forward"; done
  ip -n "$id-player" route "$1" 198.18.10.0/24 via 198.18.1.1
  ip -n "$id-relay" route "$1" 198.18.10.0/24 via 198.18.2.2
  ip -n "$id-lan" route "$1" 198.18.1.0/24 via 198.18.10.1
  ip -n "$id-gateway" route "$1" 198.18.1.0/24 via 198.18.2.1
}
# The executable's own probes: p50 and p99 in ticks of 100 ns, sent, lost; bits per second.
ping() { in_host player "$softlan" demo-probe ping "$1" "$2"; }
tcp() { in_host player "$softlan" demo-probe tcp "$1" "$2"; }
micro() { awk -v ticks="$1" 'BEGIN { printf "%.0f", ticks / 10 }'; }
mbit() { awk -v bits="$1" 'BEGIN { printf "%.0f", bits / 1e6 }'; }
memory() { awk '/^VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$1/status"; } # What was started becomes the program.

for host in player relay gateway lan; do ip netns add "$id-$host"; ip -n "$id-$host" link set lo up; done
cable player wan relay p0
cable gateway wan relay g0
cable gateway lan lan eth0
address player wan 198.18.1.2/24; address relay p0 198.18.1.1/24
address gateway wan 198.18.2.2/24; address relay g0 198.18.2.1/24
address gateway lan 198.18.10.1/24; address lan eth0 198.18.10.2/24
start lan serve "$softlan" demo-probe tcp-serve
wait_for serve ready

plain_path add
ping 198.18.10.2 50 >/dev/null
read -r plain50 plain99 _ < <(ping 198.18.10.2 400)
plain_up=$(tcp 198.18.10.2 true)
plain_down=$(tcp 198.18.10.2 false)
plain_path del

start relay relay "$softlan" relay --listen 443/udp --state "$work/state" --server-name relay
relay_pid=$!
wait_for relay sha256:
pin=$(grep -oE 'sha256:[A-Za-z0-9_-]{43}' "$work/relay.log" | head -n 1)
start gateway gateway "$softlan" gateway --relay 198.18.2.1 --pin "$pin" --room BENCH --interface lan
gateway_pid=$!
wait_for gateway "In room"

# A persistent TAP that has its address, so that the time to the first ping is softlan's own.
ip -n "$id-player" tuntap add tap0 mode tap
ip -n "$id-player" addr add 198.18.10.50/24 dev tap0
first_pings=()
for _ in 1 2 3; do
  begin=$EPOCHREALTIME
  start player player "$softlan" client --relay 198.18.1.1 --pin "$pin" --room BENCH --identity "$work/identity.json" --tap tap0 --address none
  player_pid=$!
  until in_host player "$softlan" demo-probe ping 198.18.10.2 1 2>/dev/null | awk '{ exit $4 != 0 }'; do :; done
  first_pings+=("$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.0f", (b - a) * 1000 }')")
  if [ ${#first_pings[@]} -lt 3 ]; then
    kill -TERM "$player_pid"
    wait "$player_pid" || true
  fi
done
idle="$(memory "$relay_pid") / $(memory "$gateway_pid") / $(memory "$player_pid")"

ping 198.18.10.2 50 >/dev/null
read -r p50 p99 sent lost < <(ping 198.18.10.2 400)
up=$(tcp 198.18.10.2 true)
down=$(tcp 198.18.10.2 false)
after="$(memory "$relay_pid") / $(memory "$gateway_pid") / $(memory "$player_pid")"

echo "| figure | plain path | softlan | added, or share |"
echo "| --- | --- | --- | --- |"
echo "| round trip player <-> LAN host, p50, us | $(micro "$plain50") | $(micro "$p50") | $(micro $((p50 - plain50))) |"
echo "| round trip, p99, us | $(micro "$plain99") | $(micro "$p99") | $(micro $((p99 - plain99))) |"
echo "| pings lost | 0 | $lost of $sent | |"
echo "| TCP up, Mbit/s | $(mbit "$plain_up") | $(mbit "$up") | $(awk -v a="$up" -v b="$plain_up" 'BEGIN { printf "%.0f %%", 100 * a / b }') |"
echo "| TCP down, Mbit/s | $(mbit "$plain_down") | $(mbit "$down") | $(awk -v a="$down" -v b="$plain_down" 'BEGIN { printf "%.0f %%", 100 * a / b }') |"
echo "| start to first ping, ms (three starts) | | ${first_pings[*]} | |"
echo "| resident memory idle, MiB: relay / gateway / client | | $idle | |"
echo "| resident memory after the run, MiB | | $after | |"
echo "| size of the executable, MiB | | $(awk -v bytes="$(stat -c %s "$softlan")" 'BEGIN { printf "%.1f", bytes / 1048576 }') | |"
