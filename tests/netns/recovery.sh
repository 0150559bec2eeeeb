# shellcheck shell=bash
# Whatever breaks comes back by itself, and players notice little: their card stays, with its MAC and address.

story_recovery() {
  story "programs that are killed"
  concerns relay gateway alice bob
  local alice_card bob_card
  alice_card=$(card alice)
  bob_card=$(card bob)
  start held alice python3 -B "$here/stream.py" hold $lan1 7006
  check "alice has a connection to lan1 that lasts" says held 10 '^ready'

  murder relay
  check "the relay that was killed starts again" start_relay
  check "alice's traffic is back" returns 30 alice $lan1
  check "bob's traffic is back" returns 30 bob $lan1
  check "both cards are the same as before" same_cards "$alice_card" "$bob_card"

  check "the relay says goodbye and stops" stop relay
  check "the relay starts again" start_relay
  check "alice's traffic is back" returns 30 alice $lan1
  check "bob's traffic is back" returns 30 bob $lan1
  check "both cards are the same as before" same_cards "$alice_card" "$bob_card"

  check "the gateway's card hears frames for every MAC" has_promiscuity gwhost eth1 1
  murder gateway
  check "the gateway that was killed left nothing on its machine" wait_for 5 no_card gwhost sl0
  check "its card hears what is its own again" wait_for 5 has_promiscuity gwhost eth1 0
  check "it starts again and has its place at once" start_gateway --interface eth1
  check "alice's traffic is back" returns 30 alice $lan1
  check "bob's traffic is back" returns 30 bob $lan1
  check "both cards are the same as before" same_cards "$alice_card" "$bob_card"

  # A switch may not forward for half a minute after the cable is in, and udhcpc gives a lease up after three unanswered requests.
  check "the LAN's DHCP server stops" stop dnsmasq
  mark relay
  check "the gateway stops" stop gateway
  check "the relay has heard its goodbye" says relay 2 'left room .*: Normal'
  check "and starts again where nobody gives addresses" start_gateway --interface eth1
  check "alice's traffic is back" returns 30 alice $lan1
  sleep 8
  check "both cards are the same as before, though their DHCP clients have given up" same_cards "$alice_card" "$bob_card"
  check "the LAN's DHCP server starts again" dhcp_server
  check "alice's connection has lived through all of it" ends_well held

  murder alice
  check "alice's client that was killed leaves its route and a note of it" leaves_note alice
  check "its card and its DHCP client are gone" wait_for 5 left_alone alice
  check "the next start of it cleans up and has the place at once" start_player alice
  check "it says so" said alice 'Cleaning up after client [0-9]+, which was killed'
  check "one route to the relay, and one note, of the client that runs" has_one_note alice
  check "alice has her MAC and address" same_address alice "$alice_card"
  check "alice's traffic is back" returns 30 alice $lan1

  # A card that came with the killed client's settings must not keep them.
  murder bob
  check "bob's client that was killed is cleaned up by one that then stops in order" starts_and_stops bob
  check "and his machine is as before his first join" unchanged bob
  check "bob is back" start_player bob
}

story_paths() {
  story "networks that change"
  concerns alice relay
  local alice_card
  alice_card=$(card alice)
  start held alice python3 -B "$here/stream.py" hold $lan1 7006
  says held 10 '^ready' || fail "alice has a connection to lan1 that lasts" "it does not start"

  mark alice relay
  net home addr del 192.0.2.10/26 dev wan && net home addr add 192.0.2.11/26 brd + dev wan && net home route add default via 192.0.2.62 onlink dev wan
  check "alice's home gets another address from its provider: traffic goes on" returns 10 alice $lan1
  check "and she has not joined anew" stays_joined alice
  check "the relay hears her from there" comes_from 192.0.2.11
  check "and says so, once" has_moved alice 192.0.2.11

  net alice addr del 192.168.7.10/24 dev eth0 && net alice addr add 192.168.7.20/24 brd + dev eth0 && net alice route replace default via 192.168.7.1 onlink dev eth0
  check "alice's own address changes: traffic goes on" returns 10 alice $lan1
  check "and she has not joined anew" stays_joined alice
  check "the way to the relay is pinned again" wait_for 10 is_pinned alice

  cable alice wlan0 router wifi && net router addr add 192.0.2.126/26 dev wifi && host alice wlan0 192.0.2.74/26 192.0.2.126 2>/dev/null
  net alice route replace default via 192.0.2.126 onlink dev wlan0
  net alice link set eth0 down
  check "alice pulls her cable and is on Wi-Fi: traffic goes on" returns 10 alice $lan1
  check "and she has not joined anew" stays_joined alice
  check "the relay hears her from there" comes_from 192.0.2.74
  check "the pinned way leads through the Wi-Fi" wait_for 10 is_pinned alice wlan0

  net alice link set eth0 up
  net alice route replace default via 192.168.7.1 onlink dev eth0
  net alice link del wlan0
  check "and back to the cable" returns 10 alice $lan1
  check "and she has not joined anew" stays_joined alice
  check "the pinned way leads through the cable" wait_for 10 is_pinned alice eth0

  net router link set relay down
  sleep 4
  check "the relay is unplugged: nothing goes" fails answers alice $lan1
  net router link set relay up
  check "it is plugged in again: alice's traffic is back" returns 30 alice $lan1
  check "bob's traffic is back" returns 30 bob $lan1

  net switch link set gwhost down
  wait_for 5 fails answers alice $lan1
  check "the gateway's LAN cable is out: nothing goes" fails answers alice $lan1
  check "and alice is told" says alice 5 "The gateway cannot reach the party's LAN"
  net switch link set gwhost up
  check "also that it is back" says alice 10 "The gateway reaches the party's LAN again"
  check "it is plugged in again: alice's traffic is back" returns 20 alice $lan1

  mark gateway
  net gwhost link set eth1 down
  check "the gateway says that its card is down" says gateway 5 'eth1 is down'
  net gwhost link set eth1 up && net gwhost addr add $gateway_host_v6/64 dev eth1 nodad
  check "the gateway's card was switched off and on: alice's traffic is back" returns 20 alice $lan1
  check "and she reaches the gateway's own machine" returns 20 alice $gateway_host
  check "alice's connection has lived through all of it" ends_well held
  check "alice's card is the same as before" [ "$(card alice)" = "$alice_card" ]

  mark relay
  check "bob stops in order" stop bob
  check "the relay has heard his goodbye" says relay 2 "'bob' left room .*: Normal"
  net relay addr add $relay_v4_too/24 dev eth0
  check "the relay has another address: bob joins through it" start_player_at $relay_v4_too bob
  check "and plays" pings bob $lan1
  check "he stops in order" stop bob
  net relay addr del $relay_v4_too/24 dev eth0
  check "bob is back" start_player bob

  net home link set lan down
  check "alice's home is cut off for longer than QUIC waits: her client says so" says alice 40 'Lost 203'
  net home link set lan up
  check "the cut is over: her traffic is back" returns 30 alice $lan1
  check "alice's card is the same as before" [ "$(card alice)" = "$alice_card" ]
}

story_vanish() {
  story "the gateway's card vanishes"
  concerns gateway alice bob
  local alice_card
  alice_card=$(card alice)
  start pinging alice ping -i 0.2 $lan1
  check "alice pings lan1" says pinging 5 'bytes from'
  mark gateway alice bob
  net gwhost link del eth1
  check "the gateway says so and goes on" says gateway 5 'eth1 is gone: the LAN cannot be reached. Hint: '
  check "alice is told" says alice 5 "The gateway cannot reach the party's LAN"
  check "bob is told" says bob 5 "The gateway cannot reach the party's LAN"
  check "nothing goes to the LAN" fails answers alice $lan1
  check "the players reach each other" pings alice "$(address bob)"
  check "the gateway's machine has nothing left that led to its card" wait_for 5 no_card gwhost sl0
  check "the card is there again, and down" plug_in_again
  check "tcpdump is at the switch's new port" watch_reminders
  check "the gateway says what it lacks" says gateway 15 "eth1 is there again, but the LAN still cannot be reached. .*: it is down. Hint: bring it up: ip link set eth1 up"
  check "it is brought up" net gwhost link set eth1 up
  check "the gateway says that it goes on" says gateway 5 'eth1 \(fe:fe:00:00:00:02\) is there again: bridging goes on'
  check "alice is told" says alice 5 "The gateway reaches the party's LAN again"
  check "bob is told" says bob 5 "The gateway reaches the party's LAN again"
  mark pinging
  check "alice's pings are answered again" says pinging 10 'bytes from'
  check "bob's traffic is back" returns 20 bob $lan1
  check "lan2 reaches alice" pings lan2 "$(address alice)"
  check "she reaches the gateway's own machine" returns 20 alice $gateway_host
  check "the card hears frames for every MAC" has_promiscuity gwhost eth1 1
  check "each was said once" [ "$(words gateway | grep -c eth1)" = 3 ]
  check "the gateway has kept its place" fails said gateway 'Lost |In room'
  check "alice's card is the same as before" [ "$(card alice)" = "$alice_card" ]
  stop pinging INT >"$work/said" || fail "the pings end" "$(cat "$work/said")"
}

# As the same adapter: the kernel takes it for a new interface.
plug_in_again() {
  ip link add eth1 netns "$(namespace gwhost)" address fe:fe:00:00:00:02 type veth peer name gwhost netns "$(namespace switch)" &&
    net switch link set gwhost up && plug switch gwhost lan &&
    net gwhost addr add $gateway_host/24 brd + dev eth1 && net gwhost addr add $gateway_host_v6/64 dev eth1 nodad
}

story_sleep() {
  story "a player's machine that sleeps"
  concerns relay alice
  local alice_card
  alice_card=$(card alice)
  mark relay
  kill -STOP "${pids[alice]}"
  check "alice's client sleeps until the relay gives it up" says relay 45 "'alice' left room .*TimedOut"
  check "bob plays on" pings bob $lan1
  kill -CONT "${pids[alice]}"
  check "it wakes up: her traffic is back" returns 30 alice $lan1
  check "alice's card is the same as before" [ "$(card alice)" = "$alice_card" ]
}

# stays_joined PLAYER: since the marks. After 15 s of silence it would be back as well, by a new join.
stays_joined() {
  fails said "$1" 'Lost ' || { echo "its client has lost the relay"; return 1; }
  fails said relay "'$1' (left|joined|came back)" || { words relay | grep "'$1'"; return 1; }
}

card() { echo "$(index "$1") $(mac "$1") $(address "$1")"; }

same_cards() {
  echo "alice: $(card alice), bob: $(card bob)"
  [ "$(card alice)" = "$1" ] && [ "$(card bob)" = "$2" ]
}

same_address() { echo "$(mac "$1") $(address "$1")"; [ "$(mac "$1") $(address "$1")" = "${2#* }" ]; }

no_card() { ! net "$1" link show dev "$2"; }

# has_promiscuity MACHINE CARD NUMBER: so many want to hear every frame on it.
has_promiscuity() { net "$1" -d -o link show dev "$2" | grep -oE "promiscuity $3\b"; }

left_alone() { no_card "$1" $tap && has_no_child "$1"; }

notes() { find "$work/$1/var-lib/softlan" -name 'client-*.journal.json' | wc -l; }

leaves_note() { is_pinned "$1" && [ "$(notes "$1")" = 1 ]; }

has_one_note() { is_pinned "$1" && [ "$(is_pinned "$1" | wc -l)" = 1 ] && [ "$(notes "$1")" = 1 ] && [ -e "$work/$1/var-lib/softlan/client-${pids[$1]}.journal.json" ]; }

starts_and_stops() { start_player "$1" && said "$1" 'Cleaning up after' && stop "$1"; }

# After a cut TCP waits for as long again before it repeats itself.
ends_well() { kill -TERM "${pids[$1]}" && ends "$1" 60 0 && words "$1" | tail -n 1; }

# has_moved PLAYER ADDRESS: the operator reads of the address, not of each port.
has_moved() {
  says relay 5 "'$1' in room $room changed its network: its packets came from .*, and come from .*$2" || return 1
  words relay | grep "'$1' in room $room changed its network"
  [ "$(words relay | grep -c "'$1' in room $room changed its network")" = 1 ]
}

comes_from() { on relay timeout 5 tcpdump -c 1 -nn -i eth0 udp port 443 and src "$1" 2>&1 | grep -oE '[0-9]+ packets? captured' | grep -v '^0'; }
