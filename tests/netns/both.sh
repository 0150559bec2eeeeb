# shellcheck shell=bash
# Several of softlan's roles on one machine.

story_both() {
  story "two roles on one machine"
  concerns gateway other bob-other
  check "a client in another room joins on the gateway's machine" in_other_room other gwhost $relay_v4 softlan8 10.99.0.1/24
  check "and one on bob's, beside the client that runs there" in_other_room bob-other bob "[$relay_v6]" softlan9 10.99.0.2/24
  check "they reach each other" pings gwhost 10.99.0.2
  check "they carry TCP" stream bob 10.99.0.1 4
  check "the gateway goes on: alice's TCP to the LAN" stream alice $lan1 4
  check "alice and the gateway's machine reach each other" pings gwhost "$(address alice)"
  check "the other room's broadcasts stay out of the party" stays_in_room
  check "they are told that their room has no gateway" says bob-other 20 'Room [A-Z]+ has no gateway: its players reach each other'
  check "a second client with the same identity is refused" same_identity_refused
  check "they stop in order" stop other
  check "both of them" stop bob-other

  story "relay and gateway on one machine"
  check "the gateway stops in order" stop gateway
  concerns local-relay gateway alice-local
  start local-relay gwhost "$softlan" relay --listen 4443/udp --log-level trace
  check "a relay listens on the gateway's machine, and traces" says local-relay 10 'sha256:'
  local local_pin
  local_pin=$(pin_of local-relay)
  start gateway gwhost "$softlan" gateway --relay 127.0.0.1:4443 --server-name x --pin "$local_pin" --room LOCAL --interface eth1
  check "the gateway reaches it on 127.0.0.1" says gateway 10 'In room LOCAL'
  start alice-local alice "$softlan" client --relay 198.51.100.2:4443 --pin "$local_pin" --room LOCAL --tap softlan7 --identity "$work/alice/home/local.json" --address 10.73.42.70/24
  check "alice joins there as well, with another card" says alice-local 10 'In room LOCAL'
  net alice route add $lan2 dev softlan7 # Her first card is in the same network.
  check "she reaches the LAN" returns 10 alice $lan2
  check "the relay traces who sent what to whom" says local-relay 5 "Frame in LOCAL from peer [0-9]+: .* -> .*type 0x0800.*forwarded \(None\), 1 targets"
  check "alice's second client stops in order" stop alice-local
  check "the gateway stops in order" stop gateway
  check "the relay stops in order" stop local-relay
  check "the party's gateway is back" start_gateway --interface eth1
  check "alice's traffic is back" returns 20 alice $lan1
}

in_other_room() {
  start "$1" "$2" "$softlan" client --relay "$3" --pin "$pin" --room OTHER --tap "$4" --address "$5" --identity "$work/$2/home/other.json"
  says "$1" 10 'In room OTHER' && wait_for 10 has_given_address "$2" "$4"
}

has_given_address() { net "$1" -4 addr show dev "$2" | grep -q 'inet 10\.99\.'; }

stays_in_room() {
  local token="R$RANDOM$RANDOM"
  watch at-lan1 lan1 eth0 "$token" 10
  watch at-other gwhost softlan8 "$token" 10
  emit bob softlan9 "$token" "$(mac lan1 eth0)" $lan1 "$(mac lan1 eth0)" plain || return 1
  ends at-other 12 0 || return 1
  said at-other ' plain=1' || { echo "the other room: $(words at-other | tail -n 1)"; return 1; }
  # What would have leaked has by now.
  emit lan2 eth0 "$token" "$(mac lan1 eth0)" $lan1 "$(mac lan1 eth0)" ipx || return 1
  ends at-lan1 12 0 || return 1
  said at-lan1 ' ipx=1' && ! said at-lan1 ' plain='
}

same_identity_refused() {
  local said status
  said=$(once bob 10 "$softlan" client --relay "[$relay_v6]" --pin "$pin" --room $room --tap softlan5 2>&1)
  status=$?
  echo "$said"
  [ $status -eq 1 ] && echo "$said" | grep -q 'another softlan client on this machine is using it'
}
