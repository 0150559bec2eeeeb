#!/usr/bin/env bash
# Installs what softlan needs from the distribution's packages:
#   ./setup.sh          to build it and to run `softlan demo`
#   ./setup.sh --tests  to run every test as well
# For Debian 12 and 13; on other systems with apt it tries, elsewhere it says what is missing. Running it again changes nothing.
# On Debian 12 it adds the backports suite (for ngtcp2 1.11), from the same mirror that the machine uses already.
set -euo pipefail

say() { echo "setup: $*"; }
fail() { echo "setup: $*" >&2; exit 1; }

build=(ca-certificates gcc libc6-dev binutils libngtcp2-dev libngtcp2-crypto-gnutls-dev libgnutls28-dev libp11-kit-dev
  nettle-dev libgmp-dev libtasn1-6-dev libidn2-dev libunistring-dev)
# AES-GCM with the wide instructions of newer x86-64 processors; there is none for others.
[ "$(uname -m)" != x86_64 ] || build+=(libipsec-mb-dev)
demo=(iproute2 iputils-ping dnsmasq-base udhcpc)
wine=(wine wine64 gcc-mingw-w64-x86-64 lld-19)
tests=(isc-dhcp-client dhcpcd-base radvd nftables tcpdump tshark ngtcp2-client debootstrap procps busybox ethtool python3 iperf3 socat valgrind openssl libcap2-bin systemd shellcheck)
ngtcp2_needed=1.11

wanted=("${build[@]}" "${demo[@]}")
case "${1:-}" in
  "") ;;
  --tests)
    wanted+=("${tests[@]}")
    # Wine runs programs of its own processor, and softlan.exe is built for x86-64. mingw and lld also serve ./publish.sh win-x64.
    [ "$(uname -m)" != x86_64 ] || wanted+=("${wine[@]}")
    ;;
  -h | --help) sed -n '2,6s/^# //p' "${BASH_SOURCE[0]}"; exit 0 ;;
  *) fail "'$1' is not an option. Use ./setup.sh or ./setup.sh --tests." ;;
esac

codename=
if [ -r /etc/os-release ]; then
  codename=$(. /etc/os-release && echo "${ID:-}-${VERSION_CODENAME:-}")
fi

dotnet_hint="softlan needs the .NET SDK 10.0 (command: dotnet). Install the package dotnet-sdk-10.0 from Microsoft's package repository for your distribution, or use Microsoft's dotnet-install script, then run ./setup.sh again."
dotnet_ready() { command -v dotnet >/dev/null && dotnet --list-sdks 2>/dev/null | grep -qE '^(1[0-9]|[2-9][0-9])\.'; }

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  echo "setup: this system has no apt, so nothing was installed. softlan needs these, under whatever name your system has them:" >&2
  echo "  - a C compiler (gcc) and binutils" >&2
  echo "  - ngtcp2 $ngtcp2_needed or newer with its GnuTLS crypto library, and GnuTLS 3.7 or newer: headers and static libraries (.a)" >&2
  echo "  - static libraries of nettle, hogweed, gmp, libtasn1, libidn2, libunistring, and the headers of p11-kit" >&2
  echo "  - on x86-64, if there is one: intel-ipsec-mb 1.3 (libIPSec_MB.a), without which every packet takes more processor time" >&2
  echo "  - for the demo: iproute2 (ip), ping, dnsmasq, udhcpc" >&2
  dotnet_ready || echo "  - $dotnet_hint" >&2
  exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || fail "installing packages needs root, and there is no sudo. Run ./setup.sh as root."
  as_root=(sudo)
fi
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null; }

# Prints nothing for a package that is not there, which dpkg-query calls an error.
installed_version() { { dpkg-query -W -f '${Status} ${Version}\n' "$1" 2>/dev/null || true; } | awk '$3 == "installed" { print $4 }'; }
missing_packages() {
  local package version
  for package in "${wanted[@]}"; do
    version=$(installed_version "$package")
    case "$package" in
      libngtcp2*) [ -n "$version" ] && dpkg --compare-versions "$version" ge "$ngtcp2_needed" || echo "$package" ;;
      *) [ -n "$version" ] || echo "$package" ;;
    esac
  done
}

# Prints a sources file for SUITE-backports made from the machine's own entry for SUITE: same URIs, same Signed-By.
# Deb822 first (debian.sources), then the one-line form (sources.list).
backports_deb822() {
  { cat /etc/apt/sources.list.d/*.sources 2>/dev/null || true; } | awk -v suite="$1" '
    function flush_stanza(   i, n, words, enabled_here) {
      if (is_deb && !disabled && uris != "") {
        n = split(suites, words, /[ \t]+/)
        for (i = 1; i <= n && !done; i++) {
          if (words[i] == suite) {
            print "Types: deb\nURIs:" uris "\nSuites: " suite "-backports\nComponents: main"
            if (signed != "") print "Signed-By:" signed
            done = 1
          }
        }
      }
      is_deb = disabled = 0; suites = uris = signed = field = ""
    }
    /^#/ { next }
    /^[ \t]*$/ { flush_stanza(); next }
    /^[ \t]/ { if (field == "signed-by") signed = signed "\n" $0; else if (field == "uris") uris = uris $0; else if (field == "suites") suites = suites $0; next }
    { field = tolower($0); sub(/:.*/, "", field); value = $0; sub(/^[^:]*:/, "", value) }
    field == "types" && value ~ /(^|[ \t])deb([ \t]|$)/ { is_deb = 1 }
    field == "enabled" && tolower(value) ~ /no|false/ { disabled = 1 }
    field == "suites" { suites = value }
    field == "uris" { uris = value }
    field == "signed-by" { signed = value }
    END { flush_stanza() }'
}
backports_one_line() {
  { cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true; } | awk -v suite="$1" '
    $1 == "deb" {
      i = 2
      if ($2 ~ /^\[/) while (i < NF && $i !~ /\]$/) i++
      if ($2 ~ /^\[/) i++
      if ($(i + 1) == suite) {
        $(i + 1) = suite "-backports"
        for (j = i + 2; j <= NF; j++) $j = ""
        sub(/[ \t]+$/, "")
        print $0 " main"
        exit
      }
    }'
}

add_backports() {
  local suite=$1 text file
  text=$(backports_deb822 "$suite")
  file=/etc/apt/sources.list.d/softlan-backports.sources
  if [ -z "$text" ]; then
    text=$(backports_one_line "$suite")
    file=/etc/apt/sources.list.d/softlan-backports.list
  fi
  [ -n "$text" ] || fail "found no entry for the suite '$suite' under /etc/apt. Add '$suite-backports' to your package sources yourself (softlan needs ngtcp2 $ngtcp2_needed), then run ./setup.sh again."
  say "adding the suite $suite-backports in $file"
  echo "$text" | "${as_root[@]}" tee "$file" >/dev/null
  if ! apt update; then
    "${as_root[@]}" rm -f "$file"
    fail "the machine's mirror does not offer $suite-backports (see above); $file was removed again. softlan needs ngtcp2 $ngtcp2_needed from there."
  fi
}

offered() { apt-cache madison libngtcp2-dev 2>/dev/null | awk '{ print $3 }'; }
offered_new_enough() {
  local version
  while read -r version; do
    dpkg --compare-versions "$version" ge "$ngtcp2_needed" && return 0
  done < <(offered)
  return 1
}

mapfile -t missing < <(missing_packages)
if [ ${#missing[@]} -eq 0 ]; then
  say "every package is installed already"
else
  say "missing: ${missing[*]}"
  say "refreshing the package lists"
  apt update || say "warning: not every package list could be refreshed (see above); going on with what is there"
  suite=()
  if [[ " ${missing[*]} " == *" libngtcp2"* ]]; then
    if [ "$codename" = debian-bookworm ]; then
      offered_new_enough || add_backports bookworm
      # Backports have a low priority, so they must be asked for by name. Only ngtcp2 comes from there.
      suite=(-t bookworm-backports)
    fi
    offered_new_enough || fail "no package source offers libngtcp2-dev $ngtcp2_needed or newer (offered: $(offered | paste -sd' ')). Debian 12 with backports and Debian 13 have it."
    mapfile -t ngtcp2 < <(printf '%s\n' "${missing[@]}" | grep -E 'ngtcp2')
    say "installing ${ngtcp2[*]}"
    apt install -y --no-install-recommends "${suite[@]}" "${ngtcp2[@]}"
  fi
  mapfile -t missing < <(missing_packages)
  if [ ${#missing[@]} -gt 0 ]; then
    say "installing ${missing[*]}"
    apt install -y --no-install-recommends "${missing[@]}"
  fi
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -eq 0 ] || fail "still missing after the installation: ${missing[*]}"
fi

if ! dotnet_ready; then
  if [ -n "$(apt-cache madison dotnet-sdk-10.0 2>/dev/null)" ]; then
    say "installing dotnet-sdk-10.0"
    apt install -y --no-install-recommends dotnet-sdk-10.0
  fi
  dotnet_ready || fail "$dotnet_hint"
fi
say "ready: gcc $(gcc -dumpversion), ngtcp2 $(installed_version libngtcp2-dev), GnuTLS $(installed_version libgnutls28-dev), .NET SDK $(dotnet --version 2>/dev/null || echo '(see dotnet --list-sdks)')"
