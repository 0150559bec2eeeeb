# shellcheck shell=bash
# Players join: addresses from the LAN's DHCP server, and nothing else from there.

story_join() {
  local name
  story "players join the party"
  concerns relay gateway alice bob dnsmasq
  check "the relay listens and prints its pin" start_relay
  check "the LAN has a DHCP server that offers a router and name servers as well" dhcp_server
  check "the LAN has an IPv6 router that offers itself for everything" ipv6_router
  watch_reminders || fail "the switch's port is watched" "tcpdump does not start"
  check "the gateway joins with --interface" start_gateway --interface eth1
  check "alice joins over IPv4, from behind a router that translates addresses" start_player alice
  check "bob joins over IPv6" start_player bob
  check "what her client keeps is in this run's directory, not in the machine's /var/lib" keeps_here alice
  check "alice's address is a lease of the LAN's DHCP server" is_leased alice
  check "bob's address is a lease of the LAN's DHCP server" is_leased bob
  for name in alice bob; do
    check "$name keeps his or her own way to the internet, and the party is none" keeps_internet "$name"
    check "$name's name servers are untouched" keeps_name_servers "$name"
    check "the way to the relay is pinned on $name's own network" is_pinned "$name"
  done
  check "a reminder for switches (0x88B5) with alice's MAC went into the LAN after her join" saw_reminder alice
  check "one with bob's MAC as well" saw_reminder bob
  check "the switch has both MACs at the gateway's port" in_switch_table alice bob
}

story_dhcp_clients() {
  local program
  story "the same with every DHCP client, and over restarts"
  concerns alice dnsmasq
  local lease mac_before
  lease=$(address alice)
  mac_before=$(mac alice)
  check "alice stops in order" stop alice
  check "alice starts again and has the same MAC and address" same_again alice "$lease" "$mac_before"
  check "alice stops in order again" stop alice
  check "with an address that lan1 has, alice is told so" is_told_whose alice
  check "alice stops in order once more" stop alice
  check "with an address of the DHCP server's that lan2 was given by hand, alice is told so as well" is_told_of_twin alice "$lease"
  check "alice stops in order after that" stop alice
  for program in dhclient dhcpcd; do
    if ! command -v $program >/dev/null; then
      echo "  skipped $program: it is not installed here"
      continue
    fi
    check "with $program alice gets the address that she had" joins_with $program "$lease"
    check "with $program she takes no default route and no name servers" takes_nothing_else alice
    check "with $program she stops in order, and it ends as well" stops_with_client alice $program
    check "with $program no lease of the party's stays on her machine" leaves_no_lease alice
  done
  check "the LAN's DHCP server gives addresses now that may be somebody's on the internet" gives_public_addresses
  check "alice is told, once, and has no address" is_refused alice
  check "she stops in order" stop alice
  check "the LAN's DHCP server is as it was" gives_private_addresses
  check "alice is back with udhcpc" start_player alice
}

gives_public_addresses() {
  stop dnsmasq || return 1
  net lan1 addr add 8.8.8.1/24 dev eth0
  start dnsmasq lan1 dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --interface=eth0 --bind-interfaces --user=root \
    --dhcp-authoritative --no-ping --dhcp-range=8.8.8.100,8.8.8.150,255.255.255.0,1h --dhcp-leasefile="$work/lan1/public-leases" --pid-file= --log-facility=-
  says dnsmasq 10 'DHCP, IP range'
}

gives_private_addresses() {
  stop dnsmasq || return 1
  net lan1 addr del 8.8.8.1/24 dev eth0
  dhcp_server
}

is_refused() {
  start "$1" "$1" "$softlan" client --relay $relay_v4 --pin "$pin" --room $room --name "$1"
  says "$1" 20 "DHCP answer is refused: 8.8.8.[0-9]+/24 is not a private network.* set it with --address 8.8.8" || return 1
  # Each run of its script has ended when udhcpc hears the next answer.
  asks_again "$1" && asks_again "$1" && asks_again "$1" || return 1
  [ "$(words "$1" | grep -c 'is refused')" = 1 ] || { echo "it is said $(words "$1" | grep -c 'is refused') times"; return 1; }
  ! net "$1" addr show dev $tap | grep 'inet '
}

# asks_again PLAYER: its udhcpc, whose lease lasts for an hour. A shell between the two passes signals on.
# It ignores one until it has read the answer to its last broadcast, and dnsmasq says that it answers before it does.
asks_again() {
  local tries=10
  mark dnsmasq
  while [ $((tries--)) -gt 0 ]; do
    pkill -USR1 -x udhcpc -P "$(pgrep -d , -P "${pids[$1]}")" || return 1
    ! wait_for 1 said dnsmasq DHCPACK || return 0
  done
  says dnsmasq 1 DHCPACK
}

keeps_here() { [ "/proc/${pids[$1]}/root/var/lib" -ef "$work/$1/var-lib" ] && [ -s "$work/$1/var-lib/softlan/identity.json" ]; }

is_leased() { grep -q " $(mac "$1") $(address "$1") " "$work/lan1/leases" && address "$1"; }

keeps_internet() {
  local routes
  routes=$(net "$1" -4 route show default; net "$1" -6 route show default)
  echo "$routes"
  [ -n "$routes" ] && ! echo "$routes" | grep -q "dev $tap" && ! net "$1" -6 route show | grep "dev $tap" | grep -qvE '^(fe80::/64|fd42:73::/64|multicast ff00::/8)'
}

keeps_name_servers() {
  [ "$(cat "$work/$1/resolv.conf")" = "$(printf '# of %s\nnameserver 192.0.2.53\n' "$1")" ] && [ "$(stat -c %Y "$work/$1/resolv.conf")" = "$(date -d '2024-01-01 12:00' +%s)" ]
}

takes_nothing_else() { keeps_internet "$1" && keeps_name_servers "$1"; }

# is_pinned PLAYER [CARD]. Protocol 115 is how softlan marks its own routes.
is_pinned() {
  local to=$relay_v4
  [ "$1" != bob ] || to=$relay_v6
  { net "$1" -4 route show proto 115; net "$1" -6 route show proto 115; } | grep -E "^$to (via .* )?dev ${2:-eth0}"
}

same_again() {
  start_player "$1" || return 1
  [ "$(address "$1")" = "$2" ] && [ "$(mac "$1")" = "$3" ] && echo "$2 on $3"
}

is_told_whose() {
  start_player "$1" --address $lan1/24 || return 1
  says "$1" 10 "$lan1 is already in use by $(mac lan1 eth0)"
}

is_told_of_twin() {
  local said=0
  net lan2 addr add "$2/24" dev eth0
  start_player "$1" && says "$1" 10 "$2 is already in use by $(mac lan2 eth0) .*tell the organiser" || said=1
  net lan2 addr del "$2/24" dev eth0
  return $said
}

# Programs are looked for by name in the directories of the system. Those that would be taken first are not there for this player.
hide_programs() {
  echo "mkdir -p $work/bin/$1.real $work/bin/$1.shown; mount --bind /usr/sbin $work/bin/$1.real; cp -s $work/bin/$1.real/* $work/bin/$1.shown/ 2>/dev/null || true; mount --bind /bin/true /usr/bin/busybox;"
  case $1 in
    dhclient) echo "rm -f $work/bin/$1.shown/udhcpc;" ;;
    dhcpcd) echo "rm -f $work/bin/$1.shown/udhcpc $work/bin/$1.shown/dhclient;" ;;
  esac
  echo "mount --bind $work/bin/$1.shown /usr/sbin"
}

joins_with() {
  local scene
  scene=$(hide_programs "$1")
  start_player alice --log-level debug || return 1
  said alice "Started $1 for" || { echo "another DHCP client was started"; return 1; }
  [ "$(address alice)" = "$2" ] && echo "$2"
}

stops_with_client() {
  stop "$1" || return 1
  # Everything that it started is gone from its machine.
  wait_for 5 has_no_child "$1" || { ip netns pids "$(namespace "$1")" | xargs -r ps -o args= -p | grep -v python3; return 1; }
}

leaves_no_lease() { ! find "$work/$1/var-lib" -name "*$tap*lease*" | grep .; }

has_no_child() { ! timeout 5 ip netns pids "$(namespace "$1")" | xargs -r ps -o comm= -p | grep -qvE '^(python3|ps)'; }

# The gateway's own MAC is the destination, since it is meant for the switch on the way.
# What the gateway sends for switches alone, at its port of the switch; until that port goes.
watch_reminders() {
  start reminders switch tcpdump -l -e -nn -i gwhost ether proto 0x88b5
  says reminders 10 'listening on'
}

saw_reminder() { wait_for 5 reminder_of "$1" || { echo "none was seen at the switch"; return 1; }; }

reminder_of() { said reminders "$(mac "$1") > .*0x88b5"; }

in_switch_table() {
  local name
  for name in "$@"; do
    on switch bridge fdb show br lan | grep "^$(mac "$name") dev gwhost " || { echo "no $(mac "$name")"; on switch bridge fdb show br lan; return 1; }
  done
}
