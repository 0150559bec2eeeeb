# shellcheck shell=bash
# What a player's machine must not do to the others, and what a LAN must not do to players.

rogue_frames=(dhcp-server dhcpv6-server router-advertisement neighbour-advertisement gratuitous-arp stp lldp vlan spoofed-source dhcp-request-for-another ieee1905)
lan_frames=(stp lldp vlan)

story_safety() {
  local name where token="S$RANDOM$RANDOM"
  story "bob's machine misbehaves"
  concerns bob relay gateway
  mark bob relay
  misbehaviour_begins=${marks[bob]}
  # At the switch's port everything shows that the gateway lets into the LAN, also what switches keep to themselves.
  watch wire switch gwhost "$token" 20
  watch at-lan1 lan1 eth0 "$token" 20
  watch at-gwhost gwhost eth1 "$token" 20
  watch at-alice alice $tap "$token" 20
  check "he sends what he must not, each time with a harmless frame after it" emit bob $tap "$token" "$(mac lan1 eth0)" $lan1 "$(mac lan1 eth0)" "${rogue_frames[@]}"
  for where in wire at-lan1 at-gwhost at-alice; do ends $where 22 0 || fail "$where ends" "it does not"; done
  for name in "${rogue_frames[@]}"; do
    check "$name reaches neither LAN nor alice; the frame after it does" kept_out "$name" wire at-lan1 at-gwhost at-alice
  done
  check "bob's client says at once that a foreign MAC speaks on its card" said bob "sends frames with the MAC $(mac lan1 eth0)"
  check "the switch still has lan1's MAC at lan1's port" stays_at lan1
  check "lan1 and alice still know each other by their own MACs" nobody_is_fooled
  check "alice has taken no address and no route from bob" keeps_internet alice

  story "bob's machine is a DHCP server"
  concerns alice bob rogue dnsmasq
  start rogue bob dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --interface=$tap --bind-interfaces --user=root --dhcp-authoritative \
    --no-ping --dhcp-range=10.73.42.200,10.73.42.210,255.255.255.0,1h --dhcp-leasefile="$work/bob/leases" --pid-file= --log-facility=-
  check "it runs on his card of the party" says rogue 10 'DHCP, IP range'
  check "alice leaves" stop alice
  check "she comes back with a MAC that no server knows" start_player alice --identity "$work/alice/home/new.json"
  check "bob's server heard her and offered an address" says rogue 10 "DHCPOFFER\\($tap\\) 10.73.42.2"
  check "hers is from the LAN's server" is_leased alice
  check "alice leaves" stop alice
  murder rogue
  check "alice is herself again" start_player alice

  story "a player with the MAC of a machine on the LAN"
  concerns alice gateway
  token="S$RANDOM$RANDOM"
  mark gateway
  # What the LAN says in the gateway's first two seconds may be a player's echo, and is not its own (PlayerMacs.RosterTime).
  sleep 2
  check "lan1 says something" pings lan2 $lan1
  check "alice leaves" stop alice
  check "she comes back with lan1's MAC" start_player alice --virtual-mac "$(mac lan1 eth0)" --identity "$work/alice/home/thief.json" --address none
  check "the gateway says so, and what to do" says gateway 5 "Player alice \\($(mac lan1 eth0)\\) has the MAC of a machine on the LAN, heard on eth1 .*--virtual-mac"
  watch wire switch gwhost "$token" 20
  emit alice $tap "$token" "$(mac lan1 eth0)" $lan1 "$(mac lan1 eth0)" theft
  check "bob sends something after her" emit bob $tap "$token" "$(mac lan1 eth0)" $lan1 "$(mac lan1 eth0)" after-theft
  ends wire 22 0 || fail "wire ends" "it does not"
  check "the LAN sees his and not hers" kept_out theft wire
  check "the switch still has lan1's MAC at lan1's port" stays_at lan1
  check "lan1 shouts through the LAN" emit lan1 eth0 storm 60 LOUD
  check "its neighbours have it" pings lan2 $lan1
  check "and bob the LAN's other machines" pings bob $lan2
  check "and lan1 itself" pings bob $lan1
  check "alice is told why nothing gets through" says alice 5 "A machine on the party's LAN has our MAC address $(mac lan1 eth0).*--virtual-mac"
  check "nobody takes lan1 for a loop" fails said gateway 'LOOP|came back'
  check "alice leaves" stop alice
  check "alice is herself again" start_player alice

  story "a broadcast storm of bob's"
  token="S$RANDOM$RANDOM"
  watch at-lan1 lan1 eth0 "$token" 12
  check "lan1 gets as much of 4000 frames as a player may send, while alice plays on" holds_storm "$token"

  story "a LAN that talks to its switches"
  token="S$RANDOM$RANDOM"
  watch at-alice alice $tap "$token" 20
  watch at-bob bob $tap "$token" 20
  check "the LAN's switch sends what stays with switches" emit switch gwhost "$token" "$(mac lan1 eth0)" $lan1 "$(mac lan1 eth0)" "${lan_frames[@]}"
  for where in at-alice at-bob; do ends $where 22 0 || fail "$where ends" "it does not"; done
  for name in "${lan_frames[@]}"; do
    check "$name from the LAN reaches no player; the frame after it does" kept_out "$name" at-alice at-bob
  done
}

# Once a minute each program says what it dropped; by now a minute has nearly passed. On a busy machine two reports can share it, and much of the
# storm stays with bob: his client does not send what has waited too long.
story_reports() {
  local reason
  story "what was dropped is told"
  [ -n "${misbehaviour_begins:-}" ] || story_safety
  concerns bob relay
  marks[bob]=$misbehaviour_begins
  for reason in UnauthorizedSourceMac VlanTagged DhcpServer RouterAdvertisement ArpSpoof; do
    check "bob's client tells how many it dropped because of $reason" says bob 70 "Dropped in the last minute: .*$reason [0-9]+"
  done
  check "the relay tells what it dropped of the storm" says relay 70 'Dropped in the last minute: .*RateLimited [0-9]+'
}

# kept_out FRAME WATCHER...: and what was sent right after it was not.
kept_out() {
  local frame=$1 watcher seen
  shift
  for watcher in "$@"; do
    seen=$(words "$watcher" | tail -n 1)
    [[ " $seen " != *" $frame="* ]] || { echo "$watcher saw $frame"; return 1; }
    [[ " $seen " == *" after-$frame="* ]] || { echo "$watcher did not see after-$frame but: $seen"; return 1; }
  done
}

stays_at() { on switch bridge fdb show br lan | grep "^$(mac "$1" eth0) dev $1 " || { on switch bridge fdb show br lan; return 1; }; }

nobody_is_fooled() {
  pings lan1 "$(address alice)" || return 1
  net alice neigh show $lan1 dev $tap | grep -q "lladdr $(mac lan1 eth0)" || { net alice neigh show dev $tap; return 1; }
  knows lan1 eth0 alice
}

# echoes: how many of twenty come back to alice.
echoes() { on alice ping -q -c 20 -i 0.1 -W 1 $lan1 | grep -oE '[0-9]+ received' | cut -d ' ' -f 1; }

# 256 a second and 512 at once: what 4000 frames leave depends on how long they take, which is a fraction of a second here, and seconds on a busy machine.
holds_storm() {
  local quiet answered came
  quiet=$(echoes)
  echoes >"$work/storm-ping" &
  emit bob $tap storm 4000 "$1" || return 1
  wait $!
  ends at-lan1 10 0 || return 1
  answered=$(cat "$work/storm-ping")
  came=$(words at-lan1 | grep -oE 'storm=[0-9]+' | cut -d = -f 2)
  echo "${came:-none} of 4000 frames; ${answered:-none} of alice's 20 echoes, and ${quiet:-none} before it"
  [ "${came:-0}" -ge 200 ] && [ "$came" -le 2000 ] && [ "${quiet:-0}" -ge 10 ] && [ "${answered:-0}" -ge $((quiet * 9 / 10)) ]
}
