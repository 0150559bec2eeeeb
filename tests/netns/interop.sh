# shellcheck shell=bash
# A QUIC client that is not softlan's.

story_interop() {
  story "a stranger's QUIC client"
  concerns relay
  check "ngtcp2's client offers h3 and is told by TLS that nobody speaks that here" offers_h3
  check "with another version of QUIC it is told which one is spoken" offers_version
  check "the relay goes on" runs relay
  check "and so does alice's traffic" pings alice $lan1
  check "TCP between alice and lan1" stream alice $lan1 4
}

# RFC 9001, section 4.8: CRYPTO_ERROR is 0x100 and the alert, here no_application_protocol (120).
offers_h3() {
  local said
  said=$(on bob timeout 10 gtlsclient --no-quic-dump --no-http-dump --exit-on-all-streams-close "$relay_v6" 443 https://relay/ 2>&1)
  echo "$said" | grep -iE 'CRYPTO_ERROR|0x178|no_application_protocol|alert' | tail -n 1
  echo "$said" | grep -qiE '0x178|no_application_protocol'
}

offers_version() {
  local said
  said=$(on bob timeout 10 gtlsclient --version 0x1a2a3a4a "$relay_v6" 443 https://relay/ 2>&1)
  echo "$said" | grep -iE 'version' | tail -n 2
  echo "$said" | grep -qiE 'type=VN|Version Negotiation|RECV_VERSION_NEGOTIATION'
}
