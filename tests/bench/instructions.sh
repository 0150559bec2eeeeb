#!/usr/bin/env bash
# How many instructions softlan's own code takes for a ping and for a game's frames: valgrind counts them, so the machine's noise matters little, and
# a change of a few per cent shows. What the kernel does and how often the caches miss is not in it. Needs root and `./setup.sh --tests`.
#   tests/bench/instructions.sh [artifacts/RID/softlan]          prints the table; tests/bench/run.sh calls it so
#   tests/bench/instructions.sh --check [artifacts/RID/softlan]  also compares with instructions.txt beside it; last line "N passed, N failed"
# Player, relay, gateway and a host on the LAN are namespaces. KEEP=DIRECTORY keeps what callgrind_annotate and kcachegrind read; with the executable
# and its .dbg put together (eu-unstrip, of elfutils; then objcopy --strip-debug, which valgrind needs) they show functions by name.
set -uo pipefail
checks=false
if [ "${1:-}" = --check ]; then checks=true; shift; fi
[ $# -eq 0 ] || SOFTLAN=$(readlink -f "$1")
# shellcheck source=../netns/lib.sh
source "$(dirname "$0")/../netns/lib.sh"

# In per cent of the figure in instructions.txt. Runs differ by 3 either way for a ping; for a game they take 66 to 80 thousand on a quiet
# machine, and up to two fifths less on a busy one, because frames that wait are dealt with together.
tolerance=12
rounds=1000
lan=198.18.10.2
mac=02:00:5e:00:53:01
programs=(player relay gateway)

give_up() { fail "a party under valgrind" "$*"; finish; }

# counted NAME COMMAND...: starts it under valgrind, which counts when it is told to. Beside it, on a busy machine, frames wait for longer than usual.
counted() {
  start "$1" "$1" valgrind --tool=callgrind --instr-atstart=no --vgdb-prefix="$work/vgdb" --callgrind-out-file="$work/$1.out" "$work/softlan" "${@:2}" --queue-time 1000
}

# tell_all MONITOR COMMAND...: see the manual of callgrind.
tell_all() {
  local name
  for name in "${programs[@]}"; do vgdb --vgdb-prefix="$work/vgdb" --pid="${pids[$name]}" "$@" >/dev/null 2>&1 || give_up "valgrind does not answer for the $name"; done
}

# within KIND COUNT: not more than instructions.txt allows.
within() {
  local known
  known=$(awk -v machine="$(uname -m)" -v kind="$1" '$1 == machine && $2 == kind { print $3 }' "$here/../bench/instructions.txt")
  [ -n "$known" ] || { echo "tests/bench/instructions.txt has no figure for $1 on $(uname -m)"; return 1; }
  echo "$2, which is $(((100 * $2 + known / 2) / known)) % of $known; tests/bench/instructions.txt says when to renew that"
  [ $((100 * $2)) -le $(((100 + tolerance) * known)) ]
}

# measure KIND WHAT ARGUMENT...: one row. The arguments are those of load.py behind the number of rounds.
measure() {
  local kind=$1 what=$2 name sum=0 row
  shift 2
  tell_all instrumentation on
  timeout -k 1 60 python3 "$here/../bench/load.py" "$(namespace player)" "$(namespace lan)" "$lan" $rounds "$@" >"$work/load.log" 2>&1 ||
    give_up "the load failed: $(tail -n 1 "$work/load.log")"
  sleep 1 # Until the last frame is through: valgrind is slow.
  tell_all dump
  tell_all instrumentation off
  row="| $what |"
  for name in "${programs[@]}"; do
    local file=$work/$name.out.$((++dumps[$name])) count
    count=$(($(awk '/^summary:/ { print $2 }' "$file") / rounds)) # In "totals" is what former dumps have, too.
    sum=$((sum + count))
    row+=" $count |"
  done
  echo "$row $sum |"
  sums[$kind]=$sum
}

if $checks && ! grep -q "^$(uname -m) " "$(dirname "$0")/instructions.txt"; then
  echo "  skipped: instructions.txt has no figures of this kind of processor"
  echo "0 passed, 0 failed"
  exit 0
fi
begin valgrind vgdb ping objcopy
declare -A dumps=([player]=0 [relay]=0 [gateway]=0) sums=()
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
wait_for 20 on player ping -q -c 1 -W 1 "$lan" || give_up "no way through"
limit=60 on player ping -q -i 0.005 -c 400 "$lan" >/dev/null # What happens once is over.
sleep 3 # And so is what the relay collects behind a join.

echo "| instructions outside the kernel | client | relay | gateway | all |"
echo "| --- | --- | --- | --- | --- |"
measure ping "a ping and its answer, 200 a second" 1 56 0.005 answer
measure game "five frames of a game at once, 100 times a second" 5 200 0.01
if [ -n "${KEEP:-}" ]; then
  mkdir -p "$KEEP" && cp "$work"/*.out.* "$KEEP"
fi
$checks || exit 0
check "a ping and its answer take no more instructions than they did" within ping "${sums[ping]}"
check "five frames of a game take no more instructions than they did" within game "${sums[game]}"
finish
