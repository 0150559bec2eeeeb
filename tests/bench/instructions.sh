#!/usr/bin/env bash
# How many instructions softlan's own code takes for a ping and for a game's frame: valgrind counts them, so the machine's noise does not matter, and
# a change of two per cent shows. What the kernel does and how often the caches miss is not in it. Called by run.sh; needs root and valgrind.
#   tests/bench/instructions.sh [artifacts/RID/softlan]
# Player, relay, gateway and a host on the LAN are namespaces. KEEP=DIRECTORY keeps what callgrind_annotate and kcachegrind read; with the executable
# and its .dbg put together (eu-unstrip, of elfutils; then objcopy --strip-debug, which valgrind needs) they show functions by name.
set -uo pipefail
SOFTLAN=$(readlink -f "${1:-$(dirname "$0")/../../artifacts/linux-x64/softlan}")
# shellcheck source=../netns/lib.sh
source "$(dirname "$0")/../netns/lib.sh"

rounds=1000
lan=198.18.10.2
mac=02:00:5e:00:53:01
programs=(player relay gateway)

give_up() { echo "instructions: $*" >&2; exit 1; }

# counted NAME COMMAND...: starts it under valgrind, which counts when it is told to.
counted() {
  start "$1" "$1" valgrind --tool=callgrind --instr-atstart=no --callgrind-out-file="$work/$1.out" "$work/softlan" "${@:2}"
}

# tell_all MONITOR COMMAND...: see the manual of callgrind.
tell_all() {
  local name
  for name in "${programs[@]}"; do vgdb --pid="${pids[$name]}" "$@" >/dev/null 2>&1 || give_up "valgrind does not answer for the $name"; done
}

# measure NAME COMMAND...: one row; COMMAND runs on the player.
measure() {
  local what=$1 name sum=0 row
  shift
  tell_all instrumentation on
  limit=60 on player "$@" >"$work/load.log" 2>&1 || give_up "the load failed: $(tail -n 1 "$work/load.log")"
  sleep 1 # Until the last frame is through: valgrind is slow.
  tell_all dump
  tell_all instrumentation off
  row="| $what |"
  for name in "${programs[@]}"; do
    local file=$work/$name.out.$((++dumps[$name])) count
    count=$(($(awk '/^totals:/ { print $2 }' "$file") / rounds))
    sum=$((sum + count))
    row+=" $count |"
  done
  echo "$row $sum |"
}

command -v valgrind >/dev/null || { echo "instructions: needs valgrind (apt install valgrind)"; exit 0; }
begin ping objcopy >/dev/null
declare -A dumps=([player]=0 [relay]=0 [gateway]=0)
# Valgrind follows the link to the .dbg, and cannot read what the compiler of NativeAOT writes there.
objcopy --remove-section=.gnu_debuglink "$softlan" "$work/softlan" || give_up "cannot copy $softlan"

machine player relay gateway lan
cable player wan relay p0 && cable gateway wan relay g0 && cable gateway lan lan eth0 || give_up "no network"
net player addr add 198.18.1.2/24 dev wan && net relay addr add 198.18.1.1/24 dev p0
net gateway addr add 198.18.2.2/24 dev wan && net relay addr add 198.18.2.1/24 dev g0
net lan addr add "$lan/24" dev eth0
net player tuntap add tap0 mode tap && net player link set tap0 address "$mac" && net player addr add 198.18.10.50/24 dev tap0

counted relay relay --listen 443/udp --server-name relay
says relay 60 sha256: || give_up "the relay does not start"
pin=$(words relay | grep -oE 'sha256:[A-Za-z0-9_-]{43}' | head -n 1)
counted gateway gateway --relay 198.18.2.1 --pin "$pin" --room BENCH --interface lan
says gateway 60 'In room' || give_up "the gateway does not join"
counted player client --relay 198.18.1.1 --pin "$pin" --room BENCH --tap tap0 --address none
says player 60 'Connected to the LAN gateway' || give_up "the client does not join"
limit=60 on player ping -q -i 0.005 -c 400 "$lan" >/dev/null || give_up "no way through" # What happens once is over.
sleep 3 # And so is what the relay collects behind a join.

echo "| instructions outside the kernel | client | relay | gateway | all |"
echo "| --- | --- | --- | --- | --- |"
measure "a ping and its answer, 200 a second" ping -q -i 0.005 -c $rounds "$lan"
measure "five frames of a game at once, 100 times a second" python3 -c "
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
at = time.monotonic()
for i in range($rounds):
    for _ in range(5):
        s.sendto(bytes(200), ('$lan', 9000))
    at += 0.01
    time.sleep(max(0, at - time.monotonic()))
"
if [ -n "${KEEP:-}" ]; then
  mkdir -p "$KEEP" && cp "$work"/*.out.* "$KEEP"
fi
