# shellcheck shell=bash
# A player whose home has the party's network: 10.73.42.0/24, with a router .254, this player .90, and a machine that has lan1's address.

home_router=10.73.42.254
home_server=10.73.42.53
at_home=10.73.42.90

story_home() {
  local where filter
  story "home and party have the same network"
  concerns alice relay gateway
  check "alice stops in order" stop alice
  check "her home gets the party's network, and a machine with lan1's address" renumber_home
  printf 'nameserver %s\n' $home_server >"$work/alice/resolv.conf"
  # Distributions differ; strict filtering is the hardest to satisfy.
  filter=$(on alice sysctl -n net.ipv4.conf.all.rp_filter)
  on alice sysctl -qw net.ipv4.conf.all.rp_filter=1
  start held home python3 -B "$here/stream.py" hold $at_home 7006
  check "that machine has a connection to alice that lasts" says held 10 '^ready'
  for where in lan1 home; do start "heard-$where" $where python3 -B "$here/dgram.py" listen 7011; done
  for where in lan1 home; do check "$where listens for games" says "heard-$where" 10 '^ready'; done
  check "the machine at home answers alice" finds_at_home
  net alice neigh flush dev eth0
  remember_settings alice

  check "alice joins" start_player alice
  check "she is told that the party has the addresses, and what of her home is reached" says alice 10 "overlaps with $lan_network on eth0: addresses in both lead to the party: .* stays so"
  check "lan1 answers her, and not the machine with its address at home" finds_at_party
  check "TCP between alice and lan1" stream alice $lan1 4
  check "lan2 reaches her" pings lan2 "$(address alice)"
  check "what she broadcasts to the network is heard at the party" is_heard_at_party 10.73.42.255
  check "what she broadcasts to 255.255.255.255 as well" is_heard_at_party 255.255.255.255
  check "at the party she does not answer for her address at home" is_silent_for_home lan2
  check "her router is reached at home" leads_to_home $home_router
  check "and answers" pings alice $home_router
  check "so is her name server" leads_to_home $home_server
  check "and the relay" is_pinned alice
  check "the machine at home makes a new connection to her" stream home $at_home 4
  check "and its old one has lived through the join" ends_well held
  start held home python3 -B "$here/stream.py" hold $at_home 7006
  check "it makes another one that lasts" says held 10 '^ready'
  check "alice stops in order" stop alice
  check "her machine is as before" unchanged alice
  check "the connection has lived through the end" ends_well held

  check "alice joins again" start_player alice
  check "the party has the addresses again" finds_at_party
  murder alice
  check "her client that was killed leaves the way to her home, and a rule" leaves_rule alice
  check "the next one cleans up and stops in order" starts_and_stops alice
  check "her machine is as before" unchanged alice

  for where in lan1 home; do murder "heard-$where"; done
  on alice sysctl -qw net.ipv4.conf.all.rp_filter="$filter"
  printf '# of alice\nnameserver 192.0.2.53\n' >"$work/alice/resolv.conf" && touch -d '2024-01-01 12:00' "$work/alice/resolv.conf"
  check "her home has its own network again" restore_home
  check "alice is back" start_player alice

  story "a player's machine that forwards"
  concerns alice gateway
  on alice nft 'table ip guests { chain out { type nat hook postrouting priority 100; oifname "eth0" masquerade; }; }'
  net lan1 route add 192.168.7.1 via "$(address alice)" dev eth0
  check "alice's machine begins to forward, as one with containers does" on alice sysctl -qw net.ipv4.ip_forward=1
  check "soon nothing of the party's is passed on" wait_for 8 passes_nothing_on
  check "so lan1 does not reach her home by sending to her" fails answers lan1 192.168.7.1
  check "which it would otherwise" leaks_by_hand
  check "alice stops in order" stop alice
  check "she joins again" start_player alice
  check "nothing is passed on" passes_nothing_on
  check "lan1 does not reach her home" fails answers lan1 192.168.7.1
  check "and alice herself" pings lan1 "$(address alice)"
  on alice sysctl -qw net.ipv4.ip_forward=0
  on alice nft delete table ip guests
  net lan1 route del 192.168.7.1

  story "a VPN takes the party's network"
  check "a VPN's rule comes before alice's own routes" vpn_on_alice
  check "she is told where the party's frames go now, and what to do" says alice 8 'What this machine sends to the party.s network 10.73.42.0/24 goes to vpn0, .*allow access to the local network'
  net alice rule del priority 5270 && net alice link del vpn0
  check "without it lan1 answers her" pings alice $lan1
}

vpn_on_alice() {
  net alice link add vpn0 type veth peer name vpn1 && net alice link set vpn0 up && net alice link set vpn1 up &&
    net alice addr add 100.64.0.2/32 dev vpn0 && net alice route add default dev vpn0 table 52 && net alice rule add to $lan_network priority 5270 lookup 52
}

passes_nothing_on() { [ "$(on alice sysctl -n net.ipv4.conf.$tap.forwarding)" = 0 ]; }

# Until softlan's next look, which may come at once.
leaks_by_hand() {
  local try
  for try in 1 2 3 4; do
    on alice sysctl -qw net.ipv4.conf.$tap.forwarding=1
    answers lan1 192.168.7.1 && return
  done
  return 1
}

# The first address is the one under which the machine speaks: not the router's, which is held anyway.
renumber_home() {
  net home addr flush dev lan && net home addr add $lan1/24 brd + dev lan && net home addr add $home_router/24 brd + dev lan &&
    net alice -4 addr flush dev eth0 && host alice eth0 $at_home/24 $home_router
}

restore_home() {
  net home addr flush dev lan && net home addr add 192.168.7.1/24 dev lan && net alice -4 addr flush dev eth0 && host alice eth0 192.168.7.10/24 192.168.7.1
}

finds_at_home() { pings alice $lan1 && net alice neigh show $lan1 dev eth0 | grep "$(mac home lan)"; }

# Softlan follows the change that its DHCP client made within a moment.
finds_at_party() {
  wait_for 5 leads_to_party $lan1 || { net alice route get $lan1; return 1; }
  pings alice $lan1 && net alice neigh show $lan1 dev $tap | grep "$(mac lan1 eth0)"
}

leads_to_party() { net alice route get "$1" | grep "dev $tap"; }

leads_to_home() { net alice route get "$1" | grep 'dev eth0'; }

# is_heard_at_party ADDRESS: and not at home.
is_heard_at_party() {
  local text="G$RANDOM$RANDOM"
  on alice python3 -B "$here/dgram.py" shout "$1" 7011 $text && says heard-lan1 5 "^$text from $(address alice)" && ! said heard-home "^$text"
}

# is_silent_for_home MACHINE: also where filters are lenient, as many distributions have them.
is_silent_for_home() {
  on alice sysctl -qw net.ipv4.conf.all.rp_filter=0
  on "$1" ping -q -c 2 -i 0.3 -W 1 $at_home >/dev/null 2>&1
  on alice sysctl -qw net.ipv4.conf.all.rp_filter=1
  ! net "$1" neigh show $at_home | grep lladdr
}

leaves_rule() { net "$1" rule show | grep "from $at_home lookup 11500 " && leads_to_home $lan1; }
