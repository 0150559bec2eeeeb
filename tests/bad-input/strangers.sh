# shellcheck shell=bash
# Rooms that do not take one, relays that are not there, and what comes at a relay from the internet.

# shellcheck disable=SC2046
story_rooms() {
  local other name carol="--tap softlan3 --identity $work/player1/home/carol.json --address none"
  story "rooms and relays that say no"
  concerns relay small
  other=sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU
  client_fails() { failure "$1" client --relay "$2" --room R $carol "${@:3}"; }
  check "a wrong pin: both are named" client_fails "$relay_address:443 is not the relay that --pin names: .*${pin#sha256:}.*${other#sha256:}|is not the relay that --pin names: .*${other#sha256:}.*${pin#sha256:}" $relay_address --pin $other
  echo "{\"rooms\":[{\"room\":\"R\",\"relay\":\"$relay_address:443\",\"pin\":\"$other\"}]}" >"$work/player1/home/profile.json"
  check "a remembered pin that is wrong" failure "$relay_address:443 is not the relay that the pin remembered from the last join names: .*Hint: .* give that with --pin" client --room R $carol
  rm "$work/player1/home/profile.json"
  check "no pin, where nobody vouches for the certificate" client_fails "Cannot trust $relay_address:443: .*Hint: for a relay that made its own certificate, give the --pin" $relay_address
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/ca.key" -out "$work/ca.crt" -subj /CN=other -days 30 2>/dev/null
  check "a CA that did not sign it" client_fails "Cannot trust $relay_address:443: .*ca.crt' is not it" $relay_address --relay-ca-cert "$work/ca.crt"
  check "a CA file that is not there" client_fails "Cannot .*'?$work/no.crt'?: .*Hint: " $relay_address --relay-ca-cert "$work/no.crt"
  check "a CA file that is none" client_fails "Cannot .*ca.key.*Hint: " $relay_address --relay-ca-cert "$work/ca.key"
  check "a smaller MTU than the room's" client_fails "Room 'R' on $relay_address:443 does not let us in: .*1500.*Hint: " $relay_address --pin "$pin" --mtu 1400
  mkdir -p "$work/relay/home/small" && echo R >"$work/relay/home/small/relay.room" # With room for one, that is the one of the join command.
  start small relay "$softlan" relay --listen 4445/udp --state "$work/relay/home/small" --server-name small --max-clients-per-room 1 --max-rooms 1
  check "a relay with room for one" says small 10 'sha256:'
  other=$(pin_of small)
  start first player2 "$softlan" client --relay $relay_address:4445 --pin "$other" --room R --tap softlan4 --identity "$work/player2/home/first.json" --address none
  check "the first comes in" says first 10 'In room R'
  check "the second is told that the room is full" client_fails "Room 'R' on $relay_address:4445 does not let us in: .*full.*Hint: " $relay_address:4445 --pin "$other"
  check "one for another room that the relay is full" failure "Room 'S' on $relay_address:4445 does not let us in: .*Hint: is the room code right\? Compare it with the join command" client --relay $relay_address:4445 --pin "$other" --room S $carol
  check "the first was not disturbed" never_lost first
  check "the first stops in order" stop first
  check "the relay stops in order" stop small
  start narrow relay "$softlan" relay --listen 4446/udp --state "$work/relay/home/small" --server-name narrow --max-links-per-address 1
  check "a relay with room for one from each address" says narrow 10 'sha256:'
  other=$(pin_of narrow)
  for name in first second; do
    start $name player2 "$softlan" client --relay $relay_address:4446 --pin "$other" --room R --tap soft-$name --identity "$work/player2/home/$name.json" --address none
    [ $name = second ] || check "the first comes in" says first 10 'In room R'
  done
  check "the second is told which limit it is, and who can raise it" says second 10 'Cannot reach .*refuses more connections.*Hint: .*ask its operator to raise --max-links-per-address or --max-peers'
  # The second before the first, whose place it would ask for.
  for name in second first narrow; do check "$name stops in order" stop $name; done
}

# Long before they are looked at: what they say twice they say once a minute.
start_unreachable() {
  local name
  for name in silent:203.0.113.99 refusing:203.0.113.66 unroutable:192.0.2.1 nameless:relay.invalid; do
    start "${name%:*}" player2 "$softlan" client --relay "${name#*:}" --pin "$pin" --room R --tap "x${name%:*}" --identity "$work/player2/home/${name%:*}.json" --address none
  done
}

story_unreachable() {
  local name
  story "relays that cannot be reached"
  concerns silent refusing unroutable nameless
  check "a machine that is not there" says silent 20 'Cannot reach 203.0.113.99:443: nothing answered on UDP port 443.*Hint: see that the relay runs, and that its firewall lets UDP port 443 in.*Trying again until it works'
  check "a machine without a relay" says refusing 20 'Cannot reach 203.0.113.66:443: .*nothing answered on UDP port 443: the network says.*Hint: see that the relay runs there.*Trying again until it works'
  check "no route to it" says unroutable 20 'Cannot reach 192.0.2.1:443: .*(no route|unreachable).*Trying again until it works'
  check "no such name" says nameless 20 "Cannot reach relay.invalid:443: .*relay.invalid.*Trying again until it works"
  for name in silent refusing unroutable nameless; do
    check "$name: it is said again after a minute, and not every time" repeats $name
    check "$name: Ctrl-C ends it with 0" stop $name INT
  done
  for name in silent refusing unroutable nameless; do check "$name: its card is gone" fails net player2 link show dev x$name; done
}

# Tried for a minute and more, it has said the same thing twice or three times: the round that failed first, and one a minute.
repeats() {
  local times
  wait_for 90 said_twice "$1" || { echo "said $(words "$1" | grep -c 'Cannot reach') times"; return 1; }
  times=$(words "$1" | grep -c 'Cannot reach')
  echo "$times times in $SECONDS s"
  [ "$times" -le 4 ]
}

said_twice() { [ "$(words "$1" | grep -c 'Cannot reach')" -ge 2 ]; }

never_lost() { local name; for name in "$@"; do ! grep -E 'Lost |Cannot reach' "$work/$name.log" || return 1; done; }

memory() { awk '$1 == "VmRSS:" { print int($2 / 1024) }' "/proc/${pids[relay]}/status"; }

attack() { limit=80 on stranger python3 -B "$bad/attack.py" "$@"; }

# answered_of NAME: per cent of the echoes that a ping was asked to count, which was started under this name.
answered_of() { awk '/packets transmitted/ { print int(100 * $4 / $1) }' <(words "$1"); }

# attacked SHARE LIMIT ATTACK...: meanwhile SHARE % of as many of alice's echoes come back as right before it, and the relay then has at most LIMIT MiB.
attacked() {
  local share=$1 most=$2 before after quiet answered
  shift 2
  before=$(memory)
  start quiet player1 ping -i 0.05 -c 40 -q -W 1 10.73.42.12
  ends quiet 10 0 || return 1
  quiet=$(answered_of quiet)
  start echoes player1 ping -i 0.05 -q -W 1 10.73.42.12
  attack "$@" >"$work/attack" 2>&1 || { cat "$work/attack"; return 1; }
  # Asked to end, ping says how many came back.
  kill -INT "${pids[echoes]}" && ends echoes 5 0 || return 1
  after=$(memory)
  answered=$(answered_of echoes)
  echo "$(tail -n 1 "$work/attack"); ${answered:-none} % of alice's echoes, ${quiet:-none} % before it; relay's memory $before MiB before, $after MiB after"
  [ "${quiet:-0}" -ge 50 ] && [ "${answered:-0}" -ge $((quiet * share / 100)) ] && [ "$after" -le "$most" ]
}

story_strangers() {
  local before
  story "strangers"
  concerns relay alice bob
  mark relay
  before=$(memory)
  start trap stranger python3 -B "$bad/attack.py" capture 4444 "$work/initial"
  says trap 10 '^ready' || fail "a stranger waits for a first packet" "he does not"
  start victim player1 "$softlan" client --relay 203.0.113.66:4444 --pin "$pin" --room R --tap softlan3 --identity "$work/player1/home/victim.json" --address none
  check "a stranger has the first packet of somebody's client" ends trap 15 0
  check "who finds no relay there and stops in order" stop victim
  check "a million datagrams that are no QUIC" attacked 90 $((before + 32)) garbage $relay_address 443 1000000 100000
  check "five thousand first packets that are not followed up" attacked 90 $((before + 64)) knock $relay_address 443 "$work/initial" 5000 1000
  check "three thousand whose sender proves his addresses" attacked 90 $((before + 160)) knock $relay_address 443 "$work/initial" 3000 1000 retry
  before=$(memory)
  check "carol joins right after it" carol_joins
  check "again three thousand, when the first have been given up: no more memory than before" attacked 90 $((before + 24)) knock $relay_address 443 "$work/initial" 3000 1000 retry
  check "nothing of it is worth a warning each" quiet
}

carol_joins() {
  local since
  since=$(milliseconds)
  patience=20 join carol player1 10.73.42.13 --tap softlan3 --identity "$work/player1/home/carol.json" || return 1
  echo "after $(($(milliseconds) - since)) ms"
  stop carol
}

# Lines since the attacks began.
quiet() { echo "$(words relay | wc -l) lines"; [ "$(words relay | wc -l)" -le 20 ]; }
