#!/usr/bin/env bash
# Does the published executable start and relay on a Debian with nothing installed?
#   tests/minimal-root.sh [artifacts/RID/softlan]
# Makes a minimal root (debootstrap --variant=minbase) from the machine's own mirror in a temporary directory, and runs softlan in it.
# Last line: "N passed, N failed". Where it cannot run it says why, and that is "0 passed, 0 failed, 1 skipped".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
softlan=${1:-artifacts/linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')/softlan}

skip() { echo "minimal root: skipped: $*"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
[ "$(id -u)" -eq 0 ] || skip "needs root"
# What debootstrap mounts is seen by nobody else, and ends with this process, even when it is killed.
[ "${SOFTLAN_MOUNTS:-}" = own ] || SOFTLAN_MOUNTS=own exec unshare -m --propagation private bash "$PWD/tests/minimal-root.sh" "$@"
command -v debootstrap >/dev/null || skip "debootstrap is not installed"
[ -x "$softlan" ] || { echo "minimal root: $softlan does not exist. Run ./publish.sh first."; echo "0 passed, 1 failed"; exit 1; }

# The oldest system that softlan promises to run on, from whichever mirror this machine uses; its own release where no source has that.
suite=bookworm
mirror() { apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null | awk -v suite="$1" '$2 == suite && $3 == "main" { print $1; exit }'; }
uri=$(mirror "$suite")
if [ -z "$uri" ]; then
  suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  uri=$(mirror "$suite")
fi
[ -n "$uri" ] || skip "apt knows no mirror of Debian"

# By this name netns.sh and bad-input.sh know what a run that was killed has left.
work=$(mktemp -d "${TMPDIR:-/tmp}/softlan-test-$$-XXXXXX")
root=$work/root
relay=
relay2=
clean_up() {
  for pid in $relay $relay2; do kill -KILL "$pid" 2>/dev/null; done
  # Everything that is mounted below it goes first, the innermost first: rm must never follow a mount.
  awk -v root="$root" 'index($2, root "/") == 1 { print $2 }' /proc/mounts | sort -r | while read -r mounted; do umount -l "$mounted"; done
  if grep -q " $root/" /proc/mounts; then
    echo "minimal root: $root is still mounted and stays"
  else
    rm -rf --one-file-system "$work"
  fi
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

echo "minimal root: debootstrap --variant=minbase $suite"
timeout 420 debootstrap --variant=minbase "$suite" "$root" "$uri" >"$work/debootstrap.log" 2>&1 </dev/null || {
  tail -n 5 "$work/debootstrap.log"
  skip "debootstrap failed; see above"
}
cp "$softlan" "$root/usr/bin/softlan"
mkdir -p "$root/run/softlan"

passed=0
failed=0
check() {
  local what=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
    echo "  ok      $what"
  else
    failed=$((failed + 1))
    echo "  FAILED  $what"
  fi
}
inside() { timeout 30 chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@" </dev/null; }

needs_only_libc() {
  local others
  others=$(inside ldd /usr/bin/softlan | awk '{ print $1 }' | grep -vE '^(linux-vdso|libc\.so|libm\.so|libpthread\.so|libdl\.so|librt\.so|/lib.*/ld-linux)')
  [ -z "$others" ] || { echo "$others"; return 1; }
}
says_version() { inside softlan --version | grep -E '^softlan [0-9]'; }
# Its own network namespace: the port is free, and nothing of the machine can be reached. Killed before it could hang.
start_relay() {
  timeout -k 5 60 unshare -n chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    softlan relay --listen 443/udp --state /run/softlan >"$1" 2>&1 </dev/null &
}
says_pin() {
  for _ in $(seq 100); do
    grep -oE 'sha256:[A-Za-z0-9_-]{43}' "$1" | head -n 1 | grep . && return 0
    sleep 0.1
  done
  cat "$1"
  return 1
}
ends_in_order() {
  local status
  kill -TERM "$1"
  wait "$1"
  status=$?
  [ "$status" -eq 0 ] || { echo "  exit code $status"; cat "$2"; return 1; }
}
same_pin() { [ "$(says_pin "$work/relay.log")" = "$(says_pin "$work/relay2.log")" ]; }

check "needs no library but libc" needs_only_libc
check "says its version" says_version
start_relay "$work/relay.log"
relay=$!
check "the relay starts and prints its pin" says_pin "$work/relay.log"
check "the relay ends in order on SIGTERM" ends_in_order "$relay" "$work/relay.log"
relay=
start_relay "$work/relay2.log"
relay2=$!
check "the relay keeps its pin after a restart" same_pin
check "the relay ends in order once more" ends_in_order "$relay2" "$work/relay2.log"
relay2=
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
