# shellcheck shell=bash
# Machines that lack something, and files that are not what they should be: one line that says what, why and what to do, and 1.

# failure PATTERN SUBCOMMAND...: on player1, or on $machine.
failure() {
  local pattern=$1
  shift
  last_line 1 "$pattern" "$softlan" "$@"
}

to_relay() { echo "--relay $relay_address --pin $pin --room R"; }

as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all)

# nobody PATTERN SUBCOMMAND...: as a user without any rights, from a copy of the executable that he can read.
nobody() {
  local pattern=$1 scene="cp $softlan /run/softlan; chmod 755 /run/softlan"
  shift
  last_line 1 "$pattern" env HOME=/nonexistent "${as_nobody[@]}" /run/softlan "$@"
}

# shellcheck disable=SC2046
story_machine() {
  local scene
  story "machines that lack something"
  concerns
  scene="mount -t tmpfs tmpfs /dev/net"
  check "client without TUN device" failure "Cannot open TAP interface 'softlan0': there is no /dev/net/tun. Hint: load the driver \(modprobe tun\)" client $(to_relay)
  net player1 link add br0 type bridge && net player1 link set br0 up
  check "gateway --bridge without TUN device" failure "Cannot open a TAP interface: there is no /dev/net/tun. Hint: load the driver" gateway $(to_relay) --bridge br0
  net player1 link del br0
  check "demo without TUN device" failure "/dev/net/tun is missing. Hint: load the kernel module" demo
  start gateway player1 "$softlan" gateway --relay $relay_address --pin "$pin" --room OTHER --interface eth0
  scene=
  check "gateway --interface without TUN device goes on and says what is missing" says gateway 10 'Players cannot reach this machine itself through eth0.*there is no /dev/net/tun'
  check "and joins" says gateway 10 'In room OTHER'
  check "and stops in order" stop gateway

  check "client without rights" nobody "Cannot make the network card 'softlan0': this process lacks CAP_NET_ADMIN. Hint: put sudo in front of the command" client $(to_relay)
  check "gateway --interface without rights" nobody "Cannot bridge interface 'eth0': this process lacks CAP_NET_RAW. Hint: put sudo in front of the command" gateway $(to_relay) --interface eth0
  check "relay on a port that only root may have" nobody "Cannot listen on 443/udp: .*Hint: " relay --listen 443/udp --state /run/nobody
  check "relay that may not write anywhere" nobody "Cannot save '/nonexistent/.*Hint: " relay --listen 4443/udp
  check "demo without rights" nobody "Cannot build a party on this machine: network namespaces need root. Hint: run sudo softlan demo" demo
  some_rights

  check "client whose card's name is another interface's" failure "Cannot use 'eth0': an interface of that name exists and is not a TAP. Hint: choose another name with --tap" client $(to_relay) --tap eth0 --identity "$work/player1/home/x.json"
  net player1 link add br0 type bridge && net player1 tuntap add dev softlan3 mode tap && net player1 link set softlan3 master br0
  check "client whose card is a port of a bridge" failure "Cannot use 'softlan3': it is a port of the bridge br0 already.*Hint: take it out \(ip link set softlan3 nomaster\), or choose another name with --tap" client $(to_relay) --tap softlan3 --identity "$work/player1/home/x.json"
  net player1 link del softlan3 && net player1 link del br0
  check "client whose card another one has" failure "Cannot open TAP interface 'softlan0': another process is using it. Hint: " client $(to_relay) --identity "$work/player1/home/x.json" --address none
  check "gateway on an interface that is not there" failure "Cannot find interface 'eth7': this machine has no interface of that name. Hint: usable here: eth0" gateway $(to_relay) --interface eth7
  check "gateway in a bridge that is not there" failure "Cannot find interface 'br7': this machine has no interface of that name. Hint: there is no bridge here; give the wired interface itself with --interface" gateway $(to_relay) --bridge br7
  machine=stranger
  on stranger sysctl -qw net.ipv6.conf.all.disable_ipv6=1
  # Not on 443, where those who wait for a relay on this machine (start_unreachable) would find one.
  start plain stranger "$softlan" relay --listen 4450/udp
  check "relay on a machine without IPv6" says plain 10 'sha256:'
  check "it stops in order" stop plain
  machine=relay
  check "relay on a port that is taken" failure "Cannot listen on 443/udp: .*in use.*Hint: " relay --listen 443/udp --state "$work/relay/home"
  check "relay on an address that is another machine's" failure "Cannot listen on 203.0.113.11:443/udp: .*Hint: " relay --listen 203.0.113.11:443 --state "$work/relay/home"
  machine=
}

# Users who are not root, with the rights that docs/operating.md gives them: those of a service, and those that setcap gives to the file.
# shellcheck disable=SC2046
some_rights() {
  local other scene="cp $softlan /run/softlan; chmod 755 /run/softlan; mkdir /run/home; chown 65534 /run/home"
  local as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  concerns relay service user
  start service player1 HOME=/run/home "${as_user[@]}" --inh-caps=-all,+net_bind_service --ambient-caps=-all,+net_bind_service --bounding-set=-all,+net_bind_service \
    /run/softlan relay --listen 443/udp
  check "relay on port 443 as a user who has CAP_NET_BIND_SERVICE alone" says service 10 'sha256:'
  other=$(pin_of service)
  scene+="; setcap cap_net_admin,cap_net_raw+ep /run/softlan"
  start user stranger HOME=/run/home "${as_user[@]}" --inh-caps=-all /run/softlan client $(to_relay) --tap softlan5 --address 10.73.42.15/24
  check "client as a user, from a file with the capabilities that docs/operating.md names: it joins" says user 10 'In room R'
  check "players reach it" pings player1 10.73.42.15
  check "it stops in order" stop user
  check "its card is gone" fails net stranger link show dev softlan5
  start user player2 HOME=/run/home "${as_user[@]}" --inh-caps=-all /run/softlan client --relay 203.0.113.11 --pin "$other" --room R --tap softlan5 --address 10.73.42.15/24
  check "it joins the other user's relay" says user 10 'In room R'
  check "it stops in order" stop user
  check "the relay stops in order" stop service
  check "without --address it says what DHCP lacks" last_line 1 "Cannot ask the party's DHCP for an address: the DHCP client runs as a separate process and does not inherit softlan's capabilities. Hint: put sudo in front of the command, or give --address" \
    env HOME=/run/home "${as_user[@]}" --inh-caps=-all /run/softlan client $(to_relay) --tap softlan5
  gateway_rights
  concerns
}

# A gateway needs less: cap_net_raw, and with --bridge cap_net_admin. A machine of its own is the LAN behind it.
# shellcheck disable=SC2046
gateway_rights() {
  local scene right where as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  local to="--relay $relay_address --pin $pin --room LAN"
  concerns relay user guest
  machine lanhost && cable stranger lan0 lanhost eth0 && bridge_on stranger lan && net lanhost addr add 10.73.43.20/24 brd + dev eth0 ||
    { fail "a LAN behind the gateway" "it cannot be built"; return; }
  start guest player1 "$softlan" client $to --tap softlan6 --identity "$work/player1/home/guest.json" --address 10.73.43.15/24
  check "a player is in a room without a LAN" says guest 10 'In room LAN'
  for right in cap_net_raw:interface:lan0 cap_net_admin:bridge:lan; do
    where=${right#*:}
    right=${right%%:*}
    [ "$where" != bridge:lan ] || plug stranger lan0 lan
    scene="cp $softlan /run/softlan; chmod 755 /run/softlan; mkdir /run/home; chown 65534 /run/home; setcap $right+ep /run/softlan"
    start user stranger HOME=/run/home "${as_user[@]}" --inh-caps=-all /run/softlan gateway $to "--${where%:*}" "${where#*:}"
    check "gateway --${where%:*} as a user, from a file with $right alone: it joins" says user 10 'In room LAN'
    [ "$right" != cap_net_raw ] || check "it says what that lacks" says user 5 'Players cannot reach this machine itself through lan0'
    check "the player reaches the LAN behind it" wait_for 10 pings player1 10.73.43.20
    check "it stops in order" stop user
  done
  check "the player stops in order" stop guest
  net stranger link del lan
  net stranger link del lan0
}

story_relay_files() {
  local files=$work/relay/files
  story "a relay's files"
  concerns relay
  machine=relay
  mkdir -p "$files/state" "$files/closed"
  for name in one two; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$files/$name.key" -out "$files/$name.crt" -subj "/CN=$name" -days 30 2>/dev/null
  done
  head -c 500 /dev/urandom >"$files/noise"
  own() { failure "$1" relay --listen 4443/udp --state "$files/state" --cert "$2" --key "$3"; }
  check "certificate and key that do not belong together" own "one.crt' and '$files/two.key.*(match|belong).*Hint: " "$files/one.crt" "$files/two.key"
  check "a certificate that is not there" own "Cannot read '$files/none.crt': there is no such file. Hint: " "$files/none.crt" "$files/one.key"
  check "a certificate that is none" own "Cannot use '$files/noise': it .*Hint: --cert takes the certificate chain in PEM" "$files/noise" "$files/one.key"
  check "a key that is none" own "Cannot use '$files/noise': it .*Hint: --key takes the private key of --cert" "$files/one.crt" "$files/noise"
  check "certificate and key that are swapped" own "the first holds a private key, and the second a certificate. Hint: swap them" "$files/one.key" "$files/one.crt"
  head -n 4 "$files/one.crt" >"$files/cut.crt"
  check "a certificate that was cut off" own "Cannot use '$files/cut.crt': its CERTIFICATE block has no end" "$files/cut.crt" "$files/one.key"
  mkdir -p "$files/open" "$files/words" && chmod 777 "$files/open" && echo "a b" >"$files/words/relay.room"
  check "a state directory to which everybody may write" failure "Cannot trust '$files/open': other users can write to it. Hint: " relay --listen 4443/udp --state "$files/open"
  check "in which nothing was written" [ -z "$(ls "$files/open")" ]
  check "a room code that is none" failure "Cannot use '$files/words/relay.room': it holds no room code.*Hint: " relay --listen 4443/udp --state "$files/words"
  openssl pkey -in "$files/one.key" -aes128 -passout pass:secret -out "$files/locked.key"
  check "a key with a passphrase" own "Cannot use '$files/locked.key': the key has a passphrase.*Hint: remove the passphrase: openssl pkey -in '$files/locked.key'" "$files/one.crt" "$files/locked.key"
  openssl rsa -in <(openssl genrsa 2048 2>/dev/null) -aes128 -passout pass:secret -traditional -out "$files/old.key" 2>/dev/null
  check "one of an older openssl" own "Cannot use '$files/old.key': the key has a passphrase" "$files/one.crt" "$files/old.key"
  : >"$files/nothing"
  check "a key that is empty" own "Cannot use '$files/nothing': it is empty. Hint: " "$files/one.crt" "$files/nothing"
  check "a certificate that is a directory" own "Cannot read '$files/state': it is a directory. Hint: give the path of a file" "$files/state" "$files/one.key"
  check "a state directory that is a file" failure "Cannot (save|read) '$files/noise/.*: '$files/noise' is a file, not a directory. Hint: move that file away" relay --listen 4443/udp --state "$files/noise"
  echo "no certificate" >"$files/state/relay.crt.pem"
  echo "no key" >"$files/state/relay.key.pem"
  check "a state directory with something else in it" failure "Cannot .*$files/state/relay.crt.pem.*Hint: restore both, or delete both to have a new certificate made; players then need the new pin" relay --listen 4443/udp --state "$files/state"
  check "which is left as it was" [ "$(cat "$files/state/relay.crt.pem")" = "no certificate" ]
  cp "$files/one.crt" "$files/state/relay.crt.pem" && rm "$files/state/relay.key.pem"
  check "a kept certificate whose key is gone" failure "Cannot use '$files/state/relay.crt.pem': its key .* is missing. Hint: " relay --listen 4443/udp --state "$files/state"
  check "which is not replaced by another one" cmp "$files/one.crt" "$files/state/relay.crt.pem"

  # Owned by another user and closed, for a relay that is not root.
  chmod 700 "$files/closed"
  local scene="cp $softlan /run/softlan; chmod 755 /run/softlan; mkdir -m 700 /run/closed"
  check "a state directory that is closed" one_line 1 "Cannot read '/run/closed/relay.secret': .*denied.*Hint: " "${as_nobody[@]}" /run/softlan relay --listen 4443/udp --state /run/closed
  scene="mkdir /run/full; mount -t tmpfs -o size=4k,nr_inodes=2 tmpfs /run/full; head -c 4096 /dev/zero >/run/full/much || true"
  check "a state directory on a full disk" failure "Cannot save '/run/full/relay.*No space left.*Hint: .*another place with --state" relay --listen 4443/udp --state /run/full
  scene=

  cp "$files/one.crt" "$files/live.crt" && cp "$files/one.key" "$files/live.key"
  start own relay "$softlan" relay --listen 4444/udp --state "$files/state2" --cert "$files/live.crt" --key "$files/live.key"
  check "a relay with a certificate of its operator's" says own 10 'sha256:'
  check "which nobody signed, so it does not say that the pin may be left out" fails said own "Leave out --pin"
  cp "$files/two.crt" "$files/live.crt"
  check "half of a new one is not used" says own 20 'The old certificate stays in use.*live.crt'
  cp "$files/two.key" "$files/live.key"
  kill -HUP "${pids[own]}"
  check "the whole of it is, at once when the relay is told to look" says own 3 'Certificate reloaded; new connections see pin .* instead of .*the old pin stop working'
  check "it stops in order" stop own
  machine=
}

story_player_files() {
  local files=$work/player1/home/files name
  story "a player's files"
  concerns carol bob
  mkdir -p "$files/small"
  carol() { join carol player1 10.73.42.13 --tap softlan3 "$@"; }
  echo '{"mac": "much' >"$files/broken.json"
  echo '{"mac": "01:00:5e:00:00:01"}' >"$files/multicast.json"
  check "an identity file that is broken" failure "Cannot use the identity file '$files/broken.json': it is not what softlan wrote. Hint: " client --relay $relay_address --pin "$pin" --room R --tap softlan3 --identity "$files/broken.json"
  check "which is left as it was" [ "$(cat "$files/broken.json")" = '{"mac": "much' ]
  check "an identity file with a MAC that no player may have" failure "its MAC 01:00:5e:00:00:01 is not one that a player may have. Hint: " client --relay $relay_address --pin "$pin" --room R --tap softlan3 --identity "$files/multicast.json"
  check "a room that was never joined, without a relay" failure "Cannot join room 'NEVER': this machine has never joined it.*Hint: give what the organiser sent you: --relay HOST" client --room NEVER --identity "$files/new.json"
  echo '[]' >"$files/profile.json"
  check "a profile that is broken, when it is needed" failure "Cannot use the profile '$files/profile.json': it is not what softlan wrote. Hint: " client --room R --identity "$files/new.json"
  check "and when it is not: carol joins" carol --identity "$files/new.json"
  check "she is told that it is not saved" says carol 5 'The profile of room R is not saved: .*profile.json'
  check "she stops in order" stop carol
  check "the broken profile is left as it was" [ "$(cat "$files/profile.json")" = '[]' ]

  # A home: its owner could have root do what he writes there.
  mkdir -p "$files/home/party" && chown 65534 "$files/home" "$files/home/party"
  check "the files in somebody's home, and an address from DHCP" failure "Cannot trust '$files/home': it belongs to user 65534. Hint: choose a --state directory .*such as /var/lib/softlan" client --relay $relay_address --pin "$pin" --room R --tap softlan3 --state "$files/home/party"
  check "with an address of her own carol joins" carol --state "$files/home/party"
  check "and was told before that nobody could clean up after her" said carol "Cannot trust '$files/home/party': it belongs to user 65534. Hint: choose a --state directory .*If this client is killed, the next one cannot clean up after it"
  check "once" [ "$(words carol | grep -c 'cannot clean up after it')" = 1 ]
  check "she stops in order" stop carol

  # A disk with room for nothing more, where a profile lies already.
  scene="mount -t tmpfs -o size=16k tmpfs $files/small; echo '{\"rooms\":[]}' >$files/small/profile.json; cat /dev/zero >$files/small/much 2>/dev/null || true"
  check "carol joins with her files on a full disk" carol --identity "$files/small/id.json"
  scene=
  check "she is told that nothing is kept there" says carol 5 "Nothing can be kept in '$files/small': No space left.*Hint: make room in"
  check "once for all files" [ "$(words carol | grep -c 'No space left')" = 1 ]
  check "but she plays: bob reaches her" pings player2 10.73.42.13
  check "her old profile is what it was" old_profile carol "$files/small"
  check "she stops in order" stop carol
  for name in closed readonly; do
    scene="mount -t tmpfs tmpfs $files/small; mount -o remount,ro $files/small"
    [ $name = readonly ] || scene="mount -t tmpfs tmpfs $files/small; mkdir $files/small/id.json"
    if [ $name = readonly ]; then
      scene+="; mount --bind $files/small /var/lib"
      check "no DHCP client can be run from a disk that cannot be written" failure "Cannot keep files in '/var/lib/softlan': .*[Rr]ead-only.*Hint: .*another place with --state" client --relay $relay_address --pin "$pin" --room R --tap softlan3
      check "carol does as the hint says" carol --state "$files/state"
      check "what she keeps is there" keeps_all_in "$files/state"
      fails said carol 'Cannot|not kept|not saved' || fail "and is told of nothing that cannot be kept" "$(words carol | grep -E 'Cannot|not kept|not saved')"
      check "she stops in order" stop carol
      check "carol joins with her files on a disk that cannot be written" carol --identity "$files/small/id.json"
      check "she is told that her MAC is not kept" says carol 5 "Nothing can be kept in '$files/small': .*[Rr]ead-only.*Hint: choose another place"
      check "she stops in order" stop carol
    else
      check "an identity file that is a directory" failure "Cannot read '$files/small/id.json': it is a directory. Hint: " client --relay $relay_address --pin "$pin" --room R --tap softlan3 --identity "$files/small/id.json"
    fi
  done
  scene=
}

keeps_all_in() { ls "$1" && [ -s "$1/identity.json" ] && [ -s "$1/profile.json" ]; }

# The tmpfs is in the client's own view of the machine.
old_profile() { [ "$(cat "/proc/${pids[$1]}/root$2/profile.json")" = '{"rooms":[]}' ] && [ -z "$(find "/proc/${pids[$1]}/root$2" -name '*.tmp')" ]; }
