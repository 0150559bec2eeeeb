# shellcheck shell=bash
# What games and people send, everywhere and both ways.

story_talk() {
  local mode=$1
  story "who reaches whom, with the gateway on $mode"
  concerns relay gateway alice bob
  local alice_ip bob_ip from
  alice_ip=$(address alice)
  bob_ip=$(address bob)
  check "alice pings lan1" pings alice $lan1
  check "bob pings lan2" pings bob $lan2
  check "lan2 pings alice" pings lan2 "$alice_ip"
  check "lan1 pings bob" pings lan1 "$bob_ip"
  check "alice pings bob" pings alice "$bob_ip"
  check "bob pings alice" pings bob "$alice_ip"
  check "alice pings the gateway's own machine" pings alice $gateway_host
  check "bob pings it" pings bob $gateway_host
  check "it pings alice" pings gwhost "$alice_ip"
  check "it pings bob" pings gwhost "$bob_ip"
  check "it knows both players by their own MACs" knows gwhost "$(card_of gwhost)" alice bob
  check "lan1 knows both players by their own MACs" knows lan1 eth0 alice bob
  check "alice knows bob and lan1 by theirs" alice_knows
  for from in alice bob; do
    check "$from sends 1472 bytes with DF to lan1" pings $from $lan1 -s 1472 -M "do"
  done
  check "lan1 sends 1472 bytes with DF to alice" pings lan1 "$alice_ip" -s 1472 -M "do"
  check "alice sends 1472 bytes with DF to bob" pings alice "$bob_ip" -s 1472 -M "do"
  check "TCP from alice to a service of the gateway's machine and back" stream alice $gateway_host 4
  check "TCP from the gateway's machine to a service of alice's and back" stream gwhost "$alice_ip" 4
}

# Services that the checks talk to, on every machine for the whole run.
start_services() {
  local name
  for name in alice bob gwhost lan1 lan2; do
    start "stream-$name" "$name" python3 -B "$here/stream.py" serve 7006
    start "echo-$name" "$name" python3 -B "$here/dgram.py" echo 7007
  done
  for name in alice bob gwhost lan1 lan2; do
    says "stream-$name" 10 '^ready' && says "echo-$name" 10 '^ready' || return 1
  done
}

story_transfers() {
  story "large and many"
  concerns relay gateway alice bob
  local before alice_ip
  alice_ip=$(address alice)
  before=$(checksum_errors_of alice bob lan1 lan2 gwhost)
  check "IPv6: alice makes an address from the LAN router's advertisement" wait_for 15 has_address6 alice
  check "IPv6: and keeps her own way to the internet" keeps_internet alice
  check "TCP between alice and lan1, both ways, every byte as it was sent" stream alice $lan1 16
  check "TCP between lan2 and bob" stream lan2 "$(address bob)" 16
  check "TCP between bob and alice" stream bob "$alice_ip" 16
  check "TCP over IPv6 between alice and lan1" stream alice $lan1_v6 16
  check "TCP over IPv6 between lan1 and alice" stream lan1 "$(address6 alice)" 8
  check "TCP over IPv6 between alice and the gateway's machine" stream alice $gateway_host_v6 4
  check "64 KiB datagrams between alice and lan1, both ways, every byte as it was sent" big alice $lan1 65507
  check "64 KiB datagrams between lan2 and bob" big lan2 "$(address bob)" 65507
  check "64 KiB datagrams between alice and bob" big alice "$(address bob)" 65507
  check "64 KiB datagrams over IPv6 between alice and lan1" big alice $lan1_v6 65487
  check "datagrams of every size around the cut" sizes alice $lan1
  offloads off
  check "TCP with checksums that the sending machines finish: bob and lan1" stream bob $lan1 8
  check "TCP with checksums that the sending machines finish: lan2 and alice" stream lan2 "$alice_ip" 8
  check "64 KiB datagrams with them: alice and lan2" big alice $lan2 65507
  offloads on
  check "no kernel has met a wrong checksum" same_errors "$before"
  check "a wrong checksum is not put right on the way: lan1's kernel refuses it" counts_wrong_checksum "$alice_ip"
}

# stream FROM ADDRESS MEBIBYTES
stream() { limit=70 on "$1" python3 -B "$here/stream.py" both "$2" 7006 "$3"; }

# Datagrams are not repeated, so on a busy machine one of 45 pieces may be too late; eight of ten must be whole, in one of three tries.
big() { on "$1" python3 -B "$here/dgram.py" big "$2" 7007 "$3" 10 8; }

# From what fits one datagram to what does not, and the largest frame.
sizes() {
  local size
  for size in 64 1100 1180 1190 1200 1300 1380 1390 1400 1410 1420 1430 1440 1450 1460 1470 1471 1472 1473 2960; do
    on "$1" python3 -B "$here/dgram.py" big "$2" 7007 "$size" 3 2 >/dev/null || { echo "size $size"; return 1; }
  done
  echo "64 to 2960 bytes"
}

offloads() {
  local pair
  for pair in alice:$tap bob:$tap lan1:eth0 lan2:eth0; do on "${pair%:*}" ethtool -K "${pair#*:}" tx "$1" >/dev/null 2>&1; done
}

# InCsumErrors of every protocol of a machine's kernel.
checksum_errors() {
  on "$1" awk '
    FNR == 1 { delete names }
    $1 ~ /InCsumErrors$/ { sum += $2; next }
    !($1 in names) { names[$1] = $0; next }
    { n = split(names[$1], name); for (i = 2; i <= n; i++) if (name[i] == "InCsumErrors") sum += $i }
    END { print sum + 0 }' /proc/net/snmp /proc/net/snmp6
}

checksum_errors_of() { local name; for name in "$@"; do echo "$name $(checksum_errors "$name")"; done; }

same_errors() {
  local now
  now=$(checksum_errors_of alice bob lan1 lan2 gwhost)
  diff <(echo "$1") <(echo "$now")
}

counts_wrong_checksum() {
  local before
  before=$(checksum_errors lan1)
  emit alice $tap SUM "$(mac alice)" "$1" "$(mac lan1 eth0)" broken-checksum || return 1
  wait_for 3 more_errors lan1 "$before" || { echo "InCsumErrors stayed $before"; return 1; }
}

more_errors() { [ "$(checksum_errors "$1")" -gt "$2" ]; }

knows() {
  local where=$1 card=$2 name
  shift 2
  for name in "$@"; do
    net "$where" neigh show "$(address "$name")" dev "$card" | grep -q "lladdr $(mac "$name")" ||
      { net "$where" neigh show dev "$card"; return 1; }
  done
}

alice_knows() {
  net alice neigh show "$(address bob)" dev $tap | grep -q "lladdr $(mac bob)" &&
    net alice neigh show $lan1 dev $tap | grep -q "lladdr $(mac lan1 eth0)" || { net alice neigh show dev $tap; return 1; }
}

story_everybody() {
  local mode=$1 name
  story "what everybody hears, with the gateway on $mode"
  concerns relay gateway alice bob
  for name in alice bob gwhost lan1 lan2; do
    start "hear-$name" "$name" python3 -B "$here/dgram.py" listen 7100 "$(group_of "$name")" "ff02::7342%$(card_of "$name")"
  done
  for name in alice bob gwhost lan1 lan2; do says "hear-$name" 10 '^ready' || fail "$name listens" "it does not"; done
  check "alice and bob have their link-local addresses" wait_for 10 have_link_local alice bob
  # Players' sockets are bound to nothing, as games' are: softlan's routes lead them into the party.
  for name in alice bob lan1 gwhost; do
    check "$name's broadcast to 255.255.255.255 reaches everybody" everybody_hears "$name" 255.255.255.255
    check "$name's broadcast to 10.73.42.255 reaches everybody" everybody_hears "$name" 10.73.42.255
    check "$name's multicast to 239.73.42.1 reaches everybody" everybody_hears "$name" 239.73.42.1
    check "$name's IPv6 multicast reaches everybody" everybody_hears "$name" "ff02::7342%$(card_of "$name")"
  done
  for name in alice bob gwhost lan1 lan2; do murder "hear-$name"; done
  check "an IPX frame of alice's reaches the LAN and bob" crosses ipx alice lan1 lan2 gwhost bob
  check "an IPX frame of lan2's reaches both players" crosses ipx lan2 alice bob
}

# The gateway's machine has its default route on the internet's side, so there a program has to say which card it means.
group_of() { [ "$1" = gwhost ] && echo "239.73.42.1%$(card_of gwhost)" || echo 239.73.42.1; }

card_of() {
  case $1 in
    alice | bob) echo $tap ;;
    gwhost) [ -z "$(net gwhost link show br0 2>/dev/null)" ] && echo eth1 || echo br0 ;;
    *) echo eth0 ;;
  esac
}

everybody_hears() {
  local from=$1 to=$2 text="hello-$RANDOM-$RANDOM" attempt
  [ "$from" != gwhost ] || [ "$to" = 10.73.42.255 ] || [[ "$to" == ff02* ]] || net gwhost route replace "$to" dev "$(card_of gwhost)"
  for attempt in 1 2 3 4; do
    on "$from" python3 -B "$here/dgram.py" shout "$to" 7100 "$text" || return 1
    wait_for 2 all_heard "$from" "$text" && break
  done
  net gwhost route del "$to" dev "$(card_of gwhost)" 2>/dev/null
  deaf=$(deaf_to "$from" "$text")
  [ -z "$deaf" ] || { echo "not heard by $deaf"; return 1; }
  [ "$attempt" = 1 ] || echo "at attempt $attempt"
}

have_link_local() { local name; for name in "$@"; do [ -n "$(net "$name" -6 -o addr show dev $tap scope link -tentative)" ] || return 1; done; }

deaf_to() { local name; for name in alice bob gwhost lan1 lan2; do [ "$name" = "$1" ] || said "hear-$name" "^$2 from" || echo -n "$name "; done; }

all_heard() { [ -z "$(deaf_to "$@")" ]; }

# watch NAME MACHINE CARD TOKEN SECONDS: notes what comes in there.
watch() {
  local name=$1 machine=$2
  shift 2
  start "$name" "$machine" python3 -B "$here/watch.py" "$@"
  says "$name" 10 '^ready'
}

emit() { local from=$1; shift; on "$from" python3 -B "$here/emit.py" "$@"; }

# crosses FRAME FROM TO...: and it arrives once.
crosses() {
  local frame=$1 from=$2 name token="T$RANDOM$RANDOM"
  shift 2
  for name in "$@"; do watch "watch-$name" "$name" "$(card_of "$name")" "$token" 10 || return 1; done
  emit "$from" "$(card_of "$from")" "$token" "$(mac lan1 eth0)" $lan1 "$(mac lan1 eth0)" "$frame" || return 1
  for name in "$@"; do
    ends "watch-$name" 12 0 || return 1
    said "watch-$name" "saw .*\b$frame=1\b" || { echo "$name $(words "watch-$name" | tail -n 1)"; return 1; }
  done
}
