# shellcheck shell=bash
# The other way to join a LAN: a port of softlan's own in a bridge of the gateway's machine.

story_bridge() {
  story "the gateway moves into a bridge"
  concerns gateway alice bob
  check "the gateway stops in order" stop gateway
  check "its machine bridges its card" make_bridge
  net switch link set gwhost type bridge_slave fdb_flush
  mark reminders alice bob
  local filters=no
  filter_bridges 1 && filters=yes
  check "the gateway joins with --bridge" start_gateway --bridge br0
  check "the bridge keeps its MAC" [ "$(mac gwhost br0)" = fe:fe:00:00:00:02 ]
  check "alice is told" says alice 10 'Connected to the LAN gateway'
  check "bob is told" says bob 10 'Connected to the LAN gateway'
  check "a reminder for switches with alice's MAC went into the LAN" saw_reminder alice
  check "the switch has both MACs at the gateway's port" in_switch_table alice bob
  if [ $filters = yes ]; then
    check "the gateway says that its machine's firewall filters the bridge" says gateway 5 'firewall also filters what br0 forwards \(IPv4'
    check "where that drops what it does not know, as Docker has it, nothing goes" is_cut_off_by_firewall
    check "with the rule that the gateway advises it goes" returns 5 alice $lan1
    check "the firewall is as before" unfilter_bridges
  else
    echo "  (br_netfilter is not loaded, so nothing was filtered here)"
  fi
  story_talk --bridge
  concerns gateway alice bob
  local before
  before=$(checksum_errors_of alice bob lan1 lan2 gwhost)
  check "TCP between alice and lan1, both ways, every byte as it was sent" stream alice $lan1 8
  check "IPv6: alice and bob have their addresses" wait_for 15 have_address6 alice bob
  check "TCP over IPv6 between lan2 and alice" stream lan2 "$(address6 alice)" 8
  check "TCP over IPv6 between bob and the gateway's machine" stream bob $gateway_host_v6 4
  check "64 KiB datagrams between bob and lan2" big bob $lan2 65507
  check "64 KiB datagrams between the gateway's machine and bob" big gwhost "$(address bob)" 65507
  check "no kernel has met a wrong checksum" same_errors "$before"
  story_everybody --bridge
  concerns gateway alice
  mark gateway
  check "alice leaves" stop alice
  check "she comes back with the bridge's MAC" start_player alice --virtual-mac "$(mac gwhost br0)" --identity "$work/alice/home/thief.json" --address none
  check "the gateway says so" says gateway 5 "has the MAC of br0 or of another network card of this machine"
  check "lan1 still reaches the gateway's machine" pings lan1 $gateway_host
  check "alice leaves" stop alice
  check "alice is herself again" start_player alice
  murder gateway
  check "a gateway that is killed leaves no port in the bridge" wait_for 5 only_port eth1
  check "it starts again and has its place at once" start_gateway --bridge br0
  check "alice's traffic is back" returns 20 alice $lan1
  check "the gateway stops in order" stop gateway
  check "its port is gone from the bridge" only_port eth1
  check "its machine has its card for itself again" unmake_bridge
  check "the gateway is back on its card" start_gateway --interface eth1
}

make_bridge() {
  bridge_on gwhost br0 && plug gwhost eth1 br0 && net gwhost addr flush dev eth1 &&
    net gwhost addr add $gateway_host/24 brd + dev br0 && net gwhost addr add $gateway_host_v6/64 dev br0 nodad
}

unmake_bridge() {
  net gwhost link del br0 && net gwhost addr add $gateway_host/24 brd + dev eth1 && net gwhost addr add $gateway_host_v6/64 dev eth1 nodad
}

only_port() { [ "$(net gwhost -o link show master br0 | awk -F': ' '{ print $2 }' | cut -d @ -f 1)" = "$1" ]; }

# filter_bridges 0|1: whether this machine's firewall judges what its bridges forward; only where the kernel can.
filter_bridges() {
  on gwhost sh -c "echo $1 2>/dev/null >/proc/sys/net/bridge/bridge-nf-call-iptables && echo $1 >/proc/sys/net/bridge/bridge-nf-call-ip6tables" 2>/dev/null
}

# The rule that the gateway advises is there afterwards.
is_cut_off_by_firewall() {
  on gwhost nft 'table ip docker { chain FORWARD { type filter hook forward priority 0; policy drop; }; }' || return 1
  fails returns 2 alice $lan1 && on gwhost nft 'add rule ip docker FORWARD iifname br0 oifname br0 accept'
}

unfilter_bridges() { on gwhost nft 'delete table ip docker' && filter_bridges 0; }
