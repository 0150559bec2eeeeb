#!/usr/bin/env bash
# QUIC peers that keep to the keys and to nothing else: the published executable ends their connections, loses nothing, and disturbs nobody else.
#   tests/hostile.sh [STORY]...    needs root and `./setup.sh --tests`; last line "N passed, N failed"
#   tests/hostile.sh 'hunt_relay 10000 90000' 'hunt_clients 10000 600'    more of the fuzzer: seeds from, and up to; a first seed, and seconds
#
#   alice .11, carol .11 --+-- the internet, 203.0.113.0/24 -- .1 relay
#            stranger .66 -+
#
# The unit tests use the distribution's ngtcp2, where nothing can be mended by the linker (Native.targets); only this ring meets what is published.
# hostile/cases.c has the stranger's cases. Every machine is a network namespace softlan-test-PID-NAME; none has a way out.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
exec </dev/null
# shellcheck source=/dev/null
. tests/netns/lib.sh || exit 1

relay_address=203.0.113.1
trap_address=203.0.113.66

# MiB that the relay may grow by: in one of the cases; by the silent connections of a fuzzer, which are kept for 30 s, some 32 KiB each.
case_growth=16
fuzz_growth=96

# Warnings of the relay in the whole run. What somebody can bring about at will must not fill its log.
most_warnings=5

# Lines of the relay beside those of strangers, of which it writes 64 at once and one a second.
most_lines=$((64 + 40))

# The fuzzer's seeds, some 15 s of them; and the clients that it plays a relay for, and how long, in seconds.
seeds="0 2000"
fuzzed_clients=8
fuzzed_seconds=12

build_internet() {
  local name
  machine relay player stranger net && bridge_on net internet || return 1
  for name in relay:1 player:11 stranger:66; do
    cable "${name%:*}" eth0 net "${name%:*}" && plug net "${name%:*}" internet && net "${name%:*}" addr add 203.0.113.${name#*:}/24 dev eth0 || return 1
  done
}

compile() {
  gcc -std=gnu11 -O2 -Wall -Wextra -Werror -o "$work/peer" tests/hostile/*.c -lngtcp2_crypto_gnutls -lngtcp2 -lgnutls
}

# start_relay NAME MACHINE PORT: all of one state directory, and so of one pin.
start_relay() {
  start "$1" "$2" "$softlan" relay --listen "$3/udp" --server-name relay --state "$work/state" --max-links-per-address 8192 --max-peers 16384 --max-clients-per-room 2048
  says "$1" 10 'sha256:' || return 1
  pin=$(grep -oE 'sha256:[A-Za-z0-9_-]{43}' "$work/$1.log" | tail -n 1)
}

# client NAME ADDRESS RELAY: with a card and an identity of its own.
client() {
  start "$1" player "$softlan" client --relay "$3" --pin "$pin" --room R --name "$1" --tap "$1" --identity "$work/player/home/$1.json" --address "$2"
}

memory() { awk '$1 == "VmRSS:" { print int($2 / 1024) }' "/proc/${pids[relay]}/status"; }

never_lost() { ! grep -E 'Lost |Cannot reach' "$work/$1.log"; }

# No line that asks for a report, hardly a warning, and no more lines than strangers may cause.
quiet() {
  local warnings lines bound=$((most_lines + SECONDS))
  ! grep -E 'A bug in softlan|Unhandled| (fail|crit): ' "$work/$1.log" || return 1
  warnings=$(grep -c ' warn: ' "$work/$1.log")
  lines=$(wc -l <"$work/$1.log")
  echo "$warnings warnings in $lines lines, of which there may be $bound"
  [ "$warnings" -le $most_warnings ] && [ "$lines" -le $bound ]
}

# serves GROWTH: the relay that was started is the one that runs, somebody new comes in and is heard, and its memory is no more than this above the start.
serves() {
  runs relay || { echo "the relay has ended"; return 1; }
  mark alice
  client carol none $relay_address
  says carol 15 'In room R' && wait_for 10 heard || return 1
  stop carol || return 1
  echo "$(memory) MiB, $memory_at_start at the start"
  [ "$(memory)" -le $((memory_at_start + $1)) ]
}

# Alice is told who comes.
heard() { said alice "carol.* joined|Peer .*carol"; }

attack() { on stranger "$work/peer" attack $relay_address 443 "$1"; }

story_cases() {
  local one
  story "what a stranger may send to a relay"
  concerns relay
  for one in unacknowledged-ids key-update long-ticket long-hello no-parameters; do
    check "$one: the relay closes that connection" attack "$one"
    check "$one: it serves the others" serves $case_growth
  done
}

fuzz_relay() { limit=${3:-90} on stranger "$work/peer" fuzz $relay_address 443 "$1" "$2"; }

story_fuzz() {
  story "what a stranger may send to a relay, thousands of times"
  concerns relay
  # shellcheck disable=SC2086
  check "random frames, parameters and ways with right keys" fuzz_relay $seeds
  check "the relay serves the others" serves $fuzz_growth
}

# set_trap CASE [CLIENTS]: a relay that is none, with the pin of the real one.
set_trap() {
  start trap stranger "$work/peer" relay 4444 "$work/state/relay.crt.pem" "$work/state/relay.key.pem" "$@"
}

story_clients() {
  local one
  story "what a relay may send to a client"
  concerns victim trap
  for one in early-id key-update long-ticket no-parameters; do
    set_trap "$one"
    [ "$one" != early-id ] || client victim none $trap_address:4444
    check "$one: the client ends that connection" ends trap 40 0
    check "$one: and tries again" says victim 5 'Trying again'
    mark victim
  done
  check "with an honest relay in their place" start_relay honest stranger 4444
  check "the client that met them all joins it" says victim 60 'In room R'
  check "it had no bug to report" fails grep -E 'A bug in softlan|Unhandled' "$work/victim.log"
  check "it stops in order" stop victim
  check "and so does that relay" stop honest
}

# fuzz_clients SEED SECONDS: they have to be there at the end.
fuzz_clients() {
  local i gone=()
  set_trap "fuzz:$1" 1000000
  for ((i = 1; i <= fuzzed_clients; i++)); do client "fuzzed$i" none $trap_address:4444; done
  sleep "$2"
  for ((i = 1; i <= fuzzed_clients; i++)); do
    stop "fuzzed$i" && ! grep -E 'A bug in softlan|Unhandled' "$work/fuzzed$i.log" || gone+=("fuzzed$i: $(tail -n 1 "$work/fuzzed$i.log")")
  done
  murder trap
  echo "$(cat "$work"/fuzzed*.log | grep -cE 'Connecting to|Lost |Cannot reach') attempts"
  [ ${#gone[@]} -eq 0 ] || { printf '%s\n' "${gone[@]}"; return 1; }
}

story_fuzz_clients() {
  story "what a relay may send to clients, at random"
  concerns trap
  check "random frames, parameters and ways: the clients go on, and stop in order" fuzz_clients 0 $fuzzed_seconds
}

# hunt_relay FROM TO: stops at the first step of seeds that does not pass.
story_hunt_relay() {
  local from step=2000
  story "a hunt: the relay, seeds $1 to $2"
  concerns relay
  for ((from = $1; from < $2; from += step)); do
    check "seeds $from to $((from + step))" fuzz_relay "$from" $((from + step)) 600
    runs relay || break
  done
  check "the relay serves the others" serves $fuzz_growth
}

# hunt_clients SEED SECONDS
story_hunt_clients() {
  local until=$((SECONDS + $2)) seed=$1
  story "a hunt: clients, for $2 s"
  concerns trap
  while [ $SECONDS -lt $until ] && [ "$failed" -eq 0 ]; do
    check "seeds from $seed" fuzz_clients "$seed" $fuzzed_seconds
    seed=$((seed + 1000))
  done
}

begin gcc
echo "hostile: run $$"
check "the stranger's program is compiled" compile
build_internet || { fail "machines and their cables" "see above"; finish; }

stories=("$@")
[ ${#stories[@]} -gt 0 ] || stories=(cases clients fuzz fuzz_clients)
concerns relay alice
check "the relay listens" start_relay relay relay 443
client alice 10.73.42.11/24 $relay_address
check "alice joins" says alice 10 'In room R'
memory_at_start=$(memory)
tell "${stories[@]}"
story "those who were there all the time"
concerns relay alice
check "alice was never disconnected" never_lost alice
check "what the relay says of it is little" quiet relay
check "alice stops in order" stop alice
check "the relay stops in order" stop relay
finish
