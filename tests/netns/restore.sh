# shellcheck shell=bash
# Every change to the host is undone.

# settings MACHINE: everything that softlan could have left behind there.
settings() {
  on "$1" sh -c '
    ip -j link; ip -j addr
    ip -4 -j route show table all; ip -6 -j route show table all
    ip rule; ip -6 rule; tc qdisc; bridge link
    for card in /sys/class/net/*; do ethtool -k "${card##*/}" | sed "s/ \\[requested on\\]//"; done # What was wished is the owner'\''s of the moment.
    sysctl -a -r "^net\.ipv[46]\.(conf|ip_forward|icmp)" 2>/dev/null' | sed 's/},{/},\n{/g' >"$work/$1.$2"
  [ -s "$work/$1.$2" ]
}

remember_settings() { settings "$1" before; }

# unchanged MACHINE: since they were remembered. The kernel takes a moment to forget a card.
unchanged() {
  wait_for 5 is_unchanged "$1" || { diff "$work/$1.before" "$work/$1.after" | cut -c 1-150 | head -n 8; return 1; }
}

is_unchanged() { settings "$1" after && cmp -s "$work/$1.before" "$work/$1.after"; }

story_restore() {
  local signal mac_before chosen_mac=06:00:5e:00:53:09
  story "everything is put back"
  concerns bob gateway
  local address_before
  address_before=$(address bob)
  check "bob stops in order" stop bob
  check "and his machine is as before his first join" unchanged bob
  check "only what is to be kept is in his /var/lib/softlan" keeps_only bob identity.json identity.json.lock profile.json
  for signal in INT TERM; do
    check "bob joins, for SIG$signal" start_player bob
    check "and has the address that he had" [ "$(address bob)" = "$address_before" ]
    check "SIG$signal ends him in order" stop bob $signal
    check "after SIG$signal his machine is as before" unchanged bob
  done
  check "bob joins on a terminal" start_on_terminal bob --address 10.73.42.60/24
  check "the terminal's last line lives" says bob 10 $'\r\x1b\\[K.*ms'
  check "Ctrl-C ends him in order" stop bob USR1
  check "after Ctrl-C his machine is as before" unchanged bob
  check "bob joins from his profile, with --room alone" start_from_profile bob
  check "a hang-up ends him in order" stop bob HUP
  check "after the hang-up his machine is as before" unchanged bob

  check "bob joins, and his DHCP client hangs" joins_and_hangs bob
  check "Ctrl-C waits for it, and a second one ends him at once with 130" hurries bob
  check "his DHCP client ends as soon as it can" wakes_and_ends bob
  check "what he left is cleaned up by one that then stops in order" starts_and_stops bob
  check "and his machine is as before" unchanged bob

  printf 'nameserver 10.73.42.53\nnameserver 2001:db8:53::53\n' >"$work/bob/resolv.conf"
  check "bob joins where the party's network contains his name server" start_player bob
  check "his name server is reached by his own card" leads_home bob 10.73.42.53
  check "and the party's machines by softlan's" pings bob $lan1
  check "the LAN has a router that calls parts of the internet on-link" greedy_router
  check "bob removes one" says bob 15 'Something added the route 2001:db8:ee:1::/80 to softlan0: removed'
  check "and the network of his other name server" says bob 15 'Something added the route 2001:db8:53::/64 to softlan0: removed'
  check "that one is reached by his own card as well" leads_home bob 2001:db8:53::53
  check "the router ends" stop greedy
  check "and its networks are nobody's any more" withdraw_greedy
  murder bob
  check "his client that was killed leaves the way to his name server" leads_home bob 10.73.42.53
  printf '# of bob\nnameserver 192.0.2.53\n' >"$work/bob/resolv.conf" && touch -d '2024-01-01 12:00' "$work/bob/resolv.conf"
  check "the next one cleans up and stops in order" starts_and_stops bob
  check "his machine is as before" unchanged bob

  concerns bob
  check "a TAP that stays is made on bob's machine" net bob tuntap add dev $tap mode tap
  net bob link set $tap mtu 1450 up && net bob link set $tap down # A card that was never up has another queue, which nothing brings back.
  remember_settings bob
  mac_before=$(mac bob)
  check "bob joins on the TAP that was there" start_player bob
  check "and uses its MAC" [ "$(mac bob)" = "$mac_before" ]
  check "he stops in order" stop bob INT
  check "the TAP is there and everything on it as before" unchanged bob
  check "bob joins on it with a MAC that he chose" start_player bob --virtual-mac $chosen_mac
  murder bob
  check "his client that was killed leaves that MAC, the room's MTU, and the card up" has_settings bob $chosen_mac 1500 UP
  check "it is cleaned up by one that then stops in order" starts_and_stops bob
  check "and everything on the TAP is as before" unchanged bob
  net bob link set $tap address 06:00:5e:00:53:01 mtu 1400 up && net bob addr add 10.73.42.77/24 brd + dev $tap
  # The kernel keeps the multicast route that a card gets with its first carrier.
  check "a client has been on it before" start_and_stop bob --address none
  remember_settings bob
  check "bob joins on a TAP that is up and has an address, with --address none" start_player bob --address none
  check "the address is his" pings lan1 10.73.42.77
  check "the MAC is his" knows_mac lan1 10.73.42.77 06:00:5e:00:53:01
  check "IPv6 reaches him there as well" wait_for 15 has_address6 bob
  check "he stops in order" stop bob TERM
  check "the TAP is up and everything on it as before" unchanged bob
  check "it leads to the whole internet" widen bob
  remember_settings bob
  check "bob joins on it" start_player bob --address 10.73.42.78/24
  check "and hears that its default route is taken away" says bob 5 "$tap had the route 0.0.0.0/0, which is taken away until softlan ends"
  check "nothing wide leads there any more" is_narrow bob
  check "he stops in order" stop bob INT
  check "the wide routes are back and everything on the TAP is as before" unchanged bob
  check "bob joins on it again" start_player bob --address 10.73.42.78/24
  check "the wide routes are taken away again" is_narrow bob
  murder bob
  check "his client that was killed leaves none of them" is_narrow bob
  check "the next one puts them back and stops in order" starts_and_stops bob
  check "everything on the TAP is as before" unchanged bob
  net bob link del $tap
  remember_settings bob

  concerns gateway
  check "the gateway stops in order" stop gateway
  remember_settings gwhost
  for signal in INT TERM; do
    check "the gateway joins with --interface, for SIG$signal" start_gateway --interface eth1
    check "SIG$signal ends it in order" stop gateway $signal
    check "after SIG$signal its machine is as before" unchanged gwhost
  done
  check "its machine bridges its card" make_bridge
  remember_settings gwhost
  check "the gateway joins with --bridge on a terminal" start_gateway_on_terminal --bridge br0
  check "Ctrl-C ends it in order" stop gateway USR1
  check "after Ctrl-C its machine is as before" unchanged gwhost
  check "its machine has its card for itself again" unmake_bridge
  check "nothing is left in its /var/lib/softlan" keeps_only gwhost
  check "the gateway is back" start_gateway --interface eth1
  check "bob is back" start_player bob
}

# leads_home NAME ADDRESS: by a route of softlan's on the player's own card.
leads_home() { wait_for 5 is_held "$1" "$2" || { net "$1" route get "$2"; return 1; }; }

is_held() { { net "$1" -4 route show proto 115; net "$1" -6 route show proto 115; } | grep -E "^$2 via .* dev eth0" && net "$1" route get "$2" | grep 'dev eth0'; }

# greedy_router [SECONDS]: for how long its networks are on-link.
greedy_router() {
  local lifetime="AdvValidLifetime ${1:-86400}; AdvPreferredLifetime ${1:-86400}"
  cat >"$work/greedy.conf" <<END
interface eth0 {
  AdvSendAdvert on;
  MinRtrAdvInterval 3;
  MaxRtrAdvInterval 4;
  AdvDefaultLifetime 0;
  prefix 2001:db8:ee:1::/80 { AdvOnLink on; AdvAutonomous off; $lifetime; };
  prefix 2001:db8:53::/64 { AdvOnLink on; AdvAutonomous off; $lifetime; };
};
END
  chmod 644 "$work/greedy.conf"
  start greedy lan1 radvd --nodaemon --logmethod stderr --config "$work/greedy.conf" --pidfile /run/radvd.pid
  wait_for 5 runs greedy
}

# Alice's client leaves her the /64 on the party's card, for no name server of hers is there, and it would stay for a day.
withdraw_greedy() { greedy_router 0 && wait_for 10 has_no_route6 alice 2001:db8:53::/64 && stop greedy; }

has_no_route6() { [ -z "$(net "$1" -6 route show "$2")" ]; }

start_on_terminal() {
  local name=$1
  shift
  on_terminal "$name" "$name" "$softlan" client --relay "[$relay_v6]" --pin "$pin" --room $room --name "$name" "$@"
  says "$name" 10 "In room $room" && wait_for 10 has_address "$name"
}

start_gateway_on_terminal() {
  on_terminal gateway gwhost "$softlan" gateway --relay $relay_v4 --pin "$pin" --room $room "$@"
  says gateway 10 "In room $room"
}

start_from_profile() {
  start "$1" "$1" "$softlan" client --room ${room,,}
  says "$1" 10 "using that again" && says "$1" 10 "In room" && wait_for 20 has_address "$1"
}

# has_settings PLAYER MAC MTU FLAG
has_settings() { net "$1" -o link show dev $tap | grep -E "<.*\b$4\b.*> mtu $3 .*link/ether $2 "; }

# The routes are worse than those of his own card, or the relay would be looked for at the party.
widen() { net "$1" route add default via 10.73.42.1 dev $tap metric 5000 && net "$1" -6 route add 2000::/3 dev $tap metric 5000; }

is_narrow() { wait_for 5 has_no_wide_routes "$1" || { net "$1" route show dev $tap; net "$1" -6 route show dev $tap; return 1; }; }

has_no_wide_routes() { ! { net "$1" -4 route show dev $tap; net "$1" -6 route show dev $tap; } | grep -E '^(default|2000::/3) '; }

joins_and_hangs() {
  start_player "$1" || return 1
  hung=$(pgrep -x udhcpc -P "$(pgrep -d , -P "${pids[$1]}")") && kill -STOP "$hung"
}

wakes_and_ends() { kill -CONT "$hung" && wait_for 5 left_alone "$1"; }

hurries() {
  kill -INT "${pids[$1]}" && sleep 0.5
  runs "$1" || { echo "it did not wait for its DHCP client"; return 1; }
  kill -INT "${pids[$1]}" && ends "$1" 1 130
}

start_and_stop() { start_player "$@" && stop "$1"; }

knows_mac() { net "$1" neigh show "$2" | grep -q "lladdr $3"; }

# keeps_only MACHINE FILE...: in its state directory, and nothing else.
keeps_only() {
  local there
  there=$(cd "$work/$1/var-lib" && find softlan -type f 2>/dev/null | sort | paste -sd' ')
  shift
  echo "$there"
  [ "$there" = "$(printf 'softlan/%s\n' "$@" | grep -v '/$' | sort | paste -sd' ')" ]
}
