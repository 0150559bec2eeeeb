# shellcheck shell=bash
# The party of netns.sh: its machines and cables (drawn there), and softlan's three roles on them.

lan1=10.73.42.11
lan2=10.73.42.12
gateway_host=10.73.42.2
lan_network=10.73.42.0/24
lan1_v6=fd42:73::11
gateway_host_v6=fd42:73::2
relay_v4=203.0.113.1
relay_v4_too=203.0.113.2
relay_v6=2001:db8:a::1
room=PARTY
tap=softlan0

build_party() {
  local name
  machine relay router home alice bob gwhost switch lan1 lan2 || return 1
  for name in relay router home alice bob gwhost lan1 lan2; do
    # The infrastructure's addresses are good at once, and from nobody.
    on "$name" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.accept_ra=0 || return 1
  done

  # The internet. A player's home has a router that translates addresses, as homes do.
  cable relay eth0 router relay && host relay eth0 $relay_v4/24 203.0.113.254 $relay_v6/64 2001:db8:a::fe || return 1
  net router addr add 203.0.113.254/24 dev relay && net router addr add 2001:db8:a::fe/64 dev relay nodad
  cable gwhost eth0 router gwhost && host gwhost eth0 198.51.100.2/24 198.51.100.254 || return 1
  net router addr add 198.51.100.254/24 dev gwhost
  cable home wan router home && host home wan 192.0.2.10/26 192.0.2.62 || return 1
  net router addr add 192.0.2.62/26 dev home
  cable alice eth0 home lan && host alice eth0 192.168.7.10/24 192.168.7.1 || return 1
  net home addr add 192.168.7.1/24 dev lan
  on home nft 'table ip nat { chain postrouting { type nat hook postrouting priority 100; oifname "wan" masquerade; }; }' || return 1
  cable bob eth0 router bob && host bob eth0 192.0.2.130/26 192.0.2.190 2001:db8:b::10/64 2001:db8:b::fe || return 1
  net router addr add 192.0.2.190/26 dev bob && net router addr add 2001:db8:b::fe/64 dev bob nodad
  # The players' next card is softlan's, on a machine as it comes.
  for name in alice bob; do on "$name" sysctl -qw net.ipv6.conf.all.accept_dad=1 net.ipv6.conf.default.accept_dad=1 net.ipv6.conf.default.accept_ra=1 || return 1; done
  on router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv6.conf.all.keep_addr_on_down=1 && on home sysctl -qw net.ipv4.ip_forward=1 || return 1

  # The LAN. Its machines have a default route, as those of a real one have.
  bridge_on switch lan || return 1
  for name in gwhost lan1 lan2; do
    cable "$name" "$([ "$name" = gwhost ] && echo eth1 || echo eth0)" switch "$name" && plug switch "$name" lan || return 1
  done
  # High, as virtual machines' cards are: a bridge takes the lowest of its ports' addresses, and softlan's must not be it.
  net gwhost link set eth1 address fe:fe:00:00:00:02 || return 1
  net gwhost addr add $gateway_host/24 brd + dev eth1 && net gwhost addr add $gateway_host_v6/64 dev eth1 nodad
  host lan1 eth0 $lan1/24 10.73.42.1 $lan1_v6/64
  host lan2 eth0 $lan2/24 10.73.42.1 fd42:73::12/64
}

# host MACHINE CARD ADDRESS ROUTER [ADDRESS6 [ROUTER6]]
host() {
  net "$1" addr add "$3" brd + dev "$2" && net "$1" route add default via "$4" onlink dev "$2" || return 1
  [ -z "${5:-}" ] || net "$1" addr add "$5" dev "$2" nodad || return 1
  [ -z "${6:-}" ] || net "$1" route add default via "$6" dev "$2"
}

# The LAN's DHCP server also offers a router and name servers, which players must not take.
dhcp_server() {
  start dnsmasq lan1 dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --interface=eth0 --bind-interfaces --user=root \
    --dhcp-authoritative --no-ping --dhcp-range=10.73.42.100,10.73.42.150,255.255.255.0,1h --dhcp-option=option:router,10.73.42.1 \
    --dhcp-option=option:dns-server,10.73.42.11 --dhcp-option=option:domain-name,party.example \
    --dhcp-leasefile="$work/lan1/leases" --pid-file= --log-facility=-
  says dnsmasq 10 'DHCP, IP range'
}

# The LAN's IPv6 router offers itself as the way to everywhere, another route, and name servers; players take the prefix.
ipv6_router() {
  cat >"$work/radvd.conf" <<'END'
interface eth0 {
  AdvSendAdvert on;
  MinRtrAdvInterval 3;
  MaxRtrAdvInterval 4;
  AdvDefaultLifetime 1800;
  prefix fd42:73::/64 { AdvOnLink on; AdvAutonomous on; };
  route 2001:db8:ffff::/48 { };
  RDNSS fd42:73::12 { };
};
END
  chmod 644 "$work/radvd.conf"
  on lan2 sysctl -qw net.ipv6.conf.all.forwarding=1
  start radvd lan2 radvd --nodaemon --logmethod stderr --config "$work/radvd.conf" --pidfile /run/radvd.pid
  wait_for 5 runs radvd
}

# start_gateway [OPTION...]
start_gateway() {
  start gateway gwhost "$softlan" gateway --relay $relay_v4 --pin "$pin" --room $room "$@"
  says gateway 10 "In room $room"
}

# start_player NAME [OPTION...]: joins, and has an address unless it asked for none.
start_player() {
  local to=$relay_v4
  [ "$1" != bob ] || to="[$relay_v6]"
  start_player_at "$to" "$@"
}

# start_player_at RELAY NAME [OPTION...]
start_player_at() {
  local to=$1 name=$2
  shift 2
  start "$name" "$name" "$softlan" client --relay "$to" --pin "$pin" --room $room --name "$name" "$@"
  says "$name" 10 "In room $room" || return 1
  [[ " $* " == *" none "* ]] || wait_for 20 has_address "$name" || { echo "$name has no address on $tap"; return 1; }
}

# address NAME: on the party's LAN.
address() { net "$1" -4 -o addr show dev $tap 2>/dev/null | grep -oE 'inet 10\.73\.42\.[0-9]+' | cut -d ' ' -f 2; }

# address6 NAME: the one made from the LAN router's advertisement, once it may be used.
address6() { net "$1" -6 -o addr show dev $tap scope global -tentative 2>/dev/null | grep -oE 'fd42:73:[0-9a-f:]+' | head -n 1; }

has_address() { [ -n "$(address "$1")" ]; }
has_address6() { [ -n "$(address6 "$1")" ]; }
have_address6() { local name; for name in "$@"; do has_address6 "$name" || return 1; done; }

mac() { net "$1" -o link show dev "${2:-$tap}" | grep -oE 'link/ether [0-9a-f:]+' | cut -d ' ' -f 2; }
index() { net "$1" -o link show dev "${2:-$tap}" | cut -d : -f 1; }

# pings FROM TO [OPTION...]: one echo; a few tries, since the first may have to find the neighbour and none is promised.
pings() {
  local from=$1 to=$2
  shift 2
  on "$from" ping -c 1 -W 2 -q "$@" "$to" >/dev/null || on "$from" ping -c 3 -i 0.3 -W 2 -q "$@" "$to" | tail -n 3
}

answers() { on "$1" ping -c 1 -W 0.3 -q "$2" >/dev/null 2>&1; }

# returns SECONDS FROM TO: how long until an echo comes back.
returns() {
  local since
  since=$(milliseconds)
  wait_for "$1" answers "$2" "$3" || { echo "no echo from $3 to $2 within $1 s"; return 1; }
  echo "after $(($(milliseconds) - since)) ms"
}
