#!/usr/bin/env bash
# What people and strangers do wrong: the published executable says what, why and what to do, loses nothing, and disturbs nobody else.
#   tests/bad-input.sh [STORY]...    needs root and `./setup.sh --tests`; last line "N passed, N failed"
#
#   player1 .11 --+
#   player2 .12 --+-- the internet, 203.0.113.0/24 -- .1 relay
#   stranger .66 -+
#    198.18.0.0/16, addresses of the benchmark network for a stranger who has many
#
# Every machine is a network namespace softlan-test-PID-NAME; none has a way out. The room has no gateway: its players are the LAN, 10.73.42.0/24.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
exec </dev/null
# shellcheck source=/dev/null
for part in netns/lib bad-input/options bad-input/machine bad-input/streams bad-input/strangers; do . "tests/$part.sh" || exit 1; done

relay_address=203.0.113.1
bad=$PWD/tests/bad-input

build_internet() {
  local name
  machine relay player1 player2 stranger net && bridge_on net internet || return 1
  for name in relay:1 player1:11 player2:12 stranger:66; do
    cable "${name%:*}" eth0 net "${name%:*}" && plug net "${name%:*}" internet && net "${name%:*}" addr add 203.0.113.${name#*:}/24 brd + dev eth0 || return 1
  done
  # A local route for a whole network lets programs bind to each address in it.
  net stranger route add local 198.18.0.0/16 dev lo && net relay route add 198.18.0.0/16 via 203.0.113.66
}

# join NAME MACHINE ADDRESS [OPTION...]: comes into the room with that address.
join() {
  local name=$1 on=$2 address=$3
  shift 3
  start "$name" "$on" "$softlan" client --relay $relay_address --pin "$pin" --room R --address "$address/24" "$@"
  says "$name" "${patience:-10}" 'In room R' && wait_for 5 has_ip "$on" "$address"
}

has_ip() { net "$1" -4 addr show | grep -q "inet $2/"; }

pings() { on "$1" ping -c 5 -i 0.2 -W 1 -q "$2" | grep -E '[1-9] received'; }

begin openssl ping setcap
echo "bad-input: run $$"
build_internet || { fail "five machines and their cables" "see above"; finish; }

stories=("$@")
[ ${#stories[@]} -gt 0 ] || stories=(options machine relay_files player_files streams rooms strangers unreachable)
concerns relay alice bob
check "the relay listens" start_relay
start_unreachable
check "alice joins" join alice player1 10.73.42.11
check "bob joins" join bob player2 10.73.42.12
check "they ping each other" pings player1 10.73.42.12
tell "${stories[@]}"
story "those who were in the room all the time"
concerns relay alice bob
check "alice and bob still ping each other" pings player1 10.73.42.12
check "and were never disconnected" never_lost alice bob
check "alice stops in order" stop alice
check "bob stops in order" stop bob INT
check "the relay stops in order" stop relay
finish
