#!/usr/bin/env bash
# softlan for Windows, in Wine: the whole client from its command line to its frames, every part as it is shipped except for the QUIC engine.
#   tests/wine.sh           last line "N passed, N failed"
# Real: registry, COM, overlapped I/O, completion ports, console signals. Made here: a kernel driver that behaves as TAP-Windows6 (wine/faketap.c), the calls
# of iphlpapi and setupapi that Wine lacks (wine/fakewin.c), a relay (wine/hub.py). What only a real Windows shows is in WINDOWS.md.
# Runs in a network namespace of its own, with a Wine prefix of its own. Where it cannot run it says why, and that is "0 passed, 0 failed, 1 skipped".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
exec </dev/null
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

skip() { echo "wine: skipped: $*"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
broken() { echo "wine: $*"; echo "0 passed, 1 failed"; exit 1; }

cc=x86_64-w64-mingw32-gcc
[ "$(uname -m)" = x86_64 ] || skip "Wine runs programs of its own processor, and this is $(uname -m)"
[ "$(id -u)" -eq 0 ] || skip "needs root, for a network namespace"
for tool in wine wineserver "$cc" python3 unshare ip; do
  command -v "$tool" >/dev/null || skip "$tool is not installed (./setup.sh --tests installs it)"
done
unshare -n -p -f --mount-proc true 2>/dev/null || skip "this machine gives no network and process namespaces"

# By this name netns.sh and bad-input.sh know what a run that was killed has left.
work=$(mktemp -d "${TMPDIR:-/tmp}/softlan-test-$$-XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' INT TERM HUP

echo "wine: building the fake adapter"
"$cc" -O1 -w -shared -nostdlib -Wl,--subsystem,native -Wl,--entry,DriverEntry -Wl,--image-base,0x10000 -o "$work/faketap.sys" tests/wine/faketap.c -lntoskrnl -lhal &&
  "$cc" -O1 -Wall -Wno-unknown-pragmas -o "$work/tapctl.exe" tests/wine/tapctl.c &&
  "$cc" -O1 -shared -o "$work/fakewin.dll" tests/wine/fakewin.c tests/wine/fakewin.def -ladvapi32 || broken "the C parts do not compile"

echo "wine: building softlan with a test engine"
# Self-contained, trimmed, one file, as publish.sh does it; obj and bin of its own.
timeout 400 dotnet publish tests/wine/softlan.wine.csproj -c Release -r win-x64 --self-contained true -m:1 -p:PublishSingleFile=true -p:PublishTrimmed=true \
  "-p:BaseIntermediateOutputPath=$PWD/artifacts/build/wine/obj/" "-p:BaseOutputPath=$PWD/artifacts/build/wine/bin/" -o artifacts/build/wine/out >"$work/build.log" 2>&1 ||
  { tail -n 30 "$work/build.log"; broken "tests/wine/softlan.wine.csproj does not build"; }
if [ ! -x artifacts/win-x64/softlan.exe ] || [ -n "$(find Wire Platform Roles Program.cs softlan.csproj softlan.manifest publish.sh -newer artifacts/win-x64/softlan.exe -print -quit)" ]; then
  echo "wine: building softlan as it is shipped"
  rm -f artifacts/win-x64/*.exe
  timeout 600 ./publish.sh win-x64 || broken "publish.sh win-x64 failed"
fi

echo "wine: $(wine --version 2>/dev/null || echo 'version unknown')"
# The address of the relay is nobody's but this namespace's, and with its first process, this bash, everything in it ends: wineserver stays by itself.
timeout -k 10 400 unshare -n -p -f --kill-child --mount-proc bash -c '
  ip link set lo up && ip address add 203.0.113.7/32 dev lo || exit 1
  PYTHONDONTWRITEBYTECODE=1 python3 tests/wine/ring.py "$@"
  exit' ring "$work" "$PWD/artifacts/build/wine/out/softlan.wine.exe" "$PWD/artifacts/win-x64/softlan.exe" \
  "$PWD/artifacts/win-x64/softlan-experimental-aot.exe"
