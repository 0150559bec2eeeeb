#!/usr/bin/env bash
# The published executable between real interfaces: TAPs, packet sockets, bridges, DHCP servers and clients, all with the kernel's default offloads.
#   tests/netns.sh [STORY]...    needs root and `./setup.sh --tests`; last line "N passed, N failed"
#
#        the LAN, 10.73.42.0/24 and fd42:73::/64                    the internet                         the players
#
#   lan1 .11, DHCP server ---+                                    +-- .1 relay  203.0.113.0/24
#   lan2 .12, IPv6 router ---+-- switch --- .2 gwhost .2 --- router                       .10 (Wi-Fi) -+
#   bob's cable, for a loop -+                198.51.100.0/24     +--- home, translates ---- .10 --- alice
#                                                                 |  192.0.2.0/26   192.168.7.0/24
#                                                                 +------------------------ .130 --- bob
#                                                                    192.0.2.128/26, 2001:db8:b::/64
#
# Every machine is a network namespace softlan-test-PID-NAME; none has a way out. The internet's addresses are those set apart for documentation.
# A stand-in for each machine's /var/lib, /run and resolv.conf is mounted over the real ones, which therefore stay as they are.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
exec </dev/null
for part in lib party join traffic safety home bridge recovery restore loops both interop; do
  # shellcheck source=/dev/null
  . "tests/netns/$part.sh" || exit 1
done

begin dnsmasq radvd udhcpc ping nft ethtool gtlsclient tcpdump awk
echo "netns: the party of run $$"
build_party && remember_settings bob || { fail "nine machines and their cables" "see above"; finish; }
start_services || fail "services on every machine" "they do not start"

stories=("$@")
[ ${#stories[@]} -gt 0 ] || stories=(dhcp_clients "talk --interface" transfers "everybody --interface" safety home bridge reports restore recovery paths vanish sleep loops refusals both interop)
story_join
tell "${stories[@]}"
finish
