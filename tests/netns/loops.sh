# shellcheck shell=bash
# Cables and cards with which a gateway must not go on, or not begin.

story_loops() {
  story "a second bridge between the LAN and the room"
  concerns gateway bob
  mark gateway
  check "bob's machine is on the LAN as well" cable bob lan switch bob
  plug switch bob lan
  check "a second gateway of the room is refused" second_gateway
  check "one beside the first, with the same card, is refused before it takes the place" same_gateway_refused
  check "bob is told that he is at the party already" says bob 20 "already on the party's LAN: broadcasts that its card lan sends come back through $tap"
  check "bob bridges the party's card and the LAN" bob_bridges
  check "the gateway says that there is a loop" says_loop
  check "and bridges nothing any more" fails answers alice $lan1
  net bob link del lan
  check "bob's cable is pulled: it bridges again after its pause" says gateway 20 'Bridging eth1 again after the loop'
  check "alice's traffic is back" returns 10 alice $lan1
  net bob link set $tap nomaster
  net bob link del br0
  check "bob's traffic is back" returns 10 bob $lan1
}

story_refusals() {
  story "interfaces that cannot be a party's LAN"
  concerns
  cable gwhost unplugged switch spare && net switch link set spare down
  cable gwhost idle switch spare2 && net gwhost link set idle down
  net gwhost tuntap add dev tun7 mode tun && net gwhost link set tun7 up
  bridge_on gwhost br7
  cable gwhost port7 switch spare3 && plug gwhost port7 br7
  check "no carrier" refused unplugged 'unplugged.*has no carrier.*plug in the cable'
  check "down" refused idle 'idle.*is down.*ip link set idle up'
  check "missing" refused eth9 "'eth9'.*no interface of that name.*usable here: eth0, eth1\\."
  check "not Ethernet" refused tun7 'tun7.*is not an Ethernet interface'
  check "loopback" refused lo "'lo'.*loopback"
  check "a bridge" refused br7 'br7.*is a bridge.*--bridge br7'
  check "a port of a bridge" refused port7 'port7.*port of a bridge already.*--bridge br7'
  # Where a driver of a wireless card would say so; the kernel that runs this test may have none.
  local scene="mount -t tmpfs tmpfs /sys/class/net && mkdir -p /sys/class/net/eth1/wireless"
  check "wireless" refused eth1 "eth1.*is wireless.*use an interface with a cable"
  scene=
  net gwhost link del unplugged
  net gwhost link del idle
  net gwhost link del tun7
  net gwhost link del port7
  net gwhost link del br7
}

# One line that says why and what to do, and 1.
refused() {
  local said status
  said=$(once gwhost 10 "$softlan" gateway --relay $relay_v4 --pin "$pin" --room REFUSED --interface "$1" 2>&1)
  status=$?
  echo "$said"
  [ $status -eq 1 ] && [ "$(echo "$said" | wc -l)" = 1 ] && echo "$said" | grep -qE "$2"
}

same_gateway_refused() {
  local said status
  said=$(once gwhost 10 "$softlan" gateway --relay $relay_v4 --pin "$pin" --room $room --interface eth1 2>&1)
  status=$?
  echo "$said"
  [ $status -eq 1 ] && [ "$(echo "$said" | wc -l)" = 1 ] && echo "$said" | grep -q "another softlan gateway on this machine does so now. Hint: stop that one" && answers alice $lan1
}

# It may be the own place that a killed gateway held, so it is tried for a while.
second_gateway() {
  start second bob "$softlan" gateway --relay "[$relay_v6]" --pin "$pin" --room $room --interface lan
  says second 10 'does not let us in: .*gateway' && words second | grep -m 1 -oE 'does not let us in: [^.]*' && stop second
}

bob_bridges() { bridge_on bob br0 && plug bob $tap br0 && plug bob lan br0; }

says_loop() {
  local attempt
  for attempt in 1 2 3; do
    emit alice $tap storm 60 LOOP || return 1
    says gateway 3 'LOOP: frames of remote players such as .* keep coming back from eth1' >/dev/null && break
  done
  says gateway 1 'LOOP: frames of remote players such as .* keep coming back from eth1.*Bridging stops for'
}
