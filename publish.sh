#!/usr/bin/env bash
# Builds softlan as one executable:  ./publish.sh [RID]  ->  artifacts/RID/softlan
# linux-x64, linux-arm64: native; beside it softlan.dbg, its debug symbols (gdb finds them there). RID is this machine's where none is given.
# win-x64: softlan.exe with .NET inside, and where lld and mingw-w64 are installed softlan-experimental-aot.exe, native, which nobody supports yet.
# publish.ps1 does the same on Windows, natively.
# What the build needs comes from ./setup.sh. SOFTLAN_FRAMEWORK=net9.0 skips the attempt with net10.0.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

say() { echo "publish: $*"; }
fail() { echo "publish: $*" >&2; exit 1; }

case "$(uname -m)" in
  x86_64) host=linux-x64 ;;
  aarch64) host=linux-arm64 ;;
  *) host= ;;
esac

case "${1:-}" in -h | --help) sed -n '2,6s/^# //p' publish.sh; exit 0 ;; esac

rid=${1:-$host}
[ $# -le 1 ] || fail "takes one argument, the RID, for example: ./publish.sh linux-x64"
compiler=gcc
objcopy=objcopy
case "$rid" in
  "$host") ;;
  linux-x64) compiler=x86_64-linux-gnu-gcc objcopy=x86_64-linux-gnu-objcopy ;;
  linux-arm64) compiler=aarch64-linux-gnu-gcc objcopy=aarch64-linux-gnu-objcopy ;;
  win-x64) ;;
  win-arm64) fail "win-arm64 is built on Windows only: publish.ps1 does it. Available here: linux-x64, linux-arm64, win-x64." ;;
  "") fail "softlan is not built for this machine ($(uname -m)). Available: linux-x64, linux-arm64, win-x64." ;;
  *) fail "'$rid' is not a RID that softlan is built for. Available: linux-x64, linux-arm64, win-x64." ;;
esac

command -v dotnet >/dev/null || fail "dotnet is not installed: softlan needs the .NET SDK 10.0. Run ./setup.sh, which says how to get it."

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Moved into place, not written over: a softlan that runs keeps its file.
put() {
  mkdir -p "artifacts/$rid"
  cp "$1" "artifacts/$rid/$2.new"
  mv -f "artifacts/$rid/$2.new" "artifacts/$rid/$2"
}

# windows NAME FRAMEWORK PROPERTY...: publishes for win-x64 with an obj and bin of its own.
windows() {
  local out="artifacts/build/$rid-$1-$2"
  timeout 900 dotnet publish softlan.csproj -c Release -r "$rid" "-p:SoftlanFramework=$2" "-p:BaseIntermediateOutputPath=$out/obj/" "-p:BaseOutputPath=$out/bin/" \
    -p:DebugType=embedded -o "$out/out" "${@:3}" >"$log" 2>&1
}

if [ "$rid" = win-x64 ]; then
  framework=
  for candidate in ${SOFTLAN_FRAMEWORK:-net10.0 net9.0}; do
    say "building $rid with $candidate, .NET inside"
    if windows coreclr "$candidate" --self-contained true -p:PublishSingleFile=true -p:PublishTrimmed=true; then
      framework=$candidate
      break
    fi
    say "$candidate: $(grep -m1 -E 'error' "$log" | sed 's/^.*error //')"
  done
  [ -n "$framework" ] || { cat "$log" >&2; fail "the build failed; see above."; }
  grep -E 'warning (IL|CA|CS)' "$log" | sort -u || true
  put "artifacts/build/$rid-coreclr-$framework/out/softlan.exe" softlan.exe
  say "artifacts/$rid/softlan.exe, $(($(stat -c %s "artifacts/$rid/softlan.exe") / 1024)) KiB"

  # Microsoft does not support linking NativeAOT for Windows elsewhere than there, so this one is an experiment: it starts in Wine, and nobody has tried it on Windows.
  lld=$(compgen -c | grep -E '^lld-link(-[0-9]+)?$' | sort -V | tail -n 1 || true)
  cc=x86_64-w64-mingw32-gcc
  if [ -z "$lld" ] || ! command -v "$cc" >/dev/null; then
    say "no experimental native executable: that needs lld (lld-link) and $cc"
    exit 0
  fi
  say "building the experimental native executable with $lld"
  libs="$PWD/artifacts/build/$rid-libs"
  mkdir -p "$libs"
  mingw=$(dirname "$("$cc" -print-file-name=libkernel32.a)")
  for library in advapi32 bcrypt crypt32 iphlpapi kernel32 mswsock ncrypt normaliz ntdll ole32 oleaut32 secur32 setupapi user32 version ws2_32 ucrt uuid; do
    cp "$mingw/lib$library.a" "$libs/$library.lib"
  done
  aot=Platform/Windows/NativeAot
  x86_64-w64-mingw32-dlltool -d "$aot/crtmath.def" -l "$libs/crtmath.lib"
  "$cc" -O2 -c -fno-stack-protector -mno-stack-arg-probe -ffreestanding -D_UCRT "$aot/shim.c" -o "$libs/shim.obj"
  "$cc" -c "$aot/shim.S" -o "$libs/shims.obj"
  if windows aot "$framework" -p:PublishAot=true "-p:SoftlanLld=$lld" "-p:SoftlanWinLibs=$libs"; then
    grep -E 'warning (IL|CA|CS)' "$log" | sort -u || true
    put "artifacts/build/$rid-aot-$framework/out/softlan.exe" softlan-experimental-aot.exe
    say "artifacts/$rid/softlan-experimental-aot.exe, $(($(stat -c %s "artifacts/$rid/softlan-experimental-aot.exe") / 1024)) KiB; an experiment, not for players"
  else
    tail -n 20 "$log" >&2
    say "the experimental native executable could not be linked; see above. softlan.exe is not affected."
  fi
  exit 0
fi

# Everything that is missing is named at once, rather than one thing per attempt.
missing=()
command -v "$compiler" >/dev/null || missing+=("the C compiler $compiler")
command -v "$objcopy" >/dev/null || missing+=("$objcopy (binutils)")
if command -v "$compiler" >/dev/null; then
  for library in ngtcp2_crypto_gnutls ngtcp2 gnutls hogweed nettle gmp tasn1 idn2 unistring; do
    # A compiler that does not find a file answers with its bare name.
    [ "$($compiler -print-file-name="lib$library.a")" != "lib$library.a" ] || missing+=("the static library lib$library.a for $rid")
  done
fi

# Its own obj and bin, so that an ordinary build and its IDE never meet these files.
options() {
  echo "-c Release -r $rid -p:SoftlanFramework=$1 -p:PublishAot=true -p:StripSymbols=true -p:SoftlanCc=$compiler -p:CppCompilerAndLinker=$compiler
    -p:ObjCopyName=$objcopy -p:BaseIntermediateOutputPath=artifacts/build/$rid-$1/obj/ -p:BaseOutputPath=artifacts/build/$rid-$1/bin/" | tr '\n' ' '
}

# Some package sources lack the NativeAOT packs of net10.0. A restore says so in two seconds.
restored() {
  # shellcheck disable=SC2046,SC2086
  dotnet restore softlan.csproj $(options "$1" | sed 's/-c Release//') >"$log" 2>&1
}
lacking() { { grep -oE 'NU1101: Unable to find package [^ ]+' "$log" || true; } | awk '{print $NF}' | sed 's/\.$//' | sort -u; }

framework=
for candidate in ${SOFTLAN_FRAMEWORK:-net10.0 net9.0}; do
  if restored "$candidate"; then
    framework=$candidate
    break
  fi
  packs=$(lacking)
  if [ -n "$packs" ]; then
    say "$candidate: no package source has $(echo "$packs" | paste -sd' ')"
  else
    # For example no network, where the packages of the next candidate may be in the cache.
    say "$candidate: the packages could not be restored: $(grep -m1 -E 'error' "$log" | sed 's/^.*error //')"
  fi
done

if [ -z "$framework" ]; then
  if [ -z "$packs" ]; then
    cat "$log" >&2
    fail "the packages could not be restored; see above."
  fi
  for pack in $packs; do missing+=("the NuGet package $pack (in any configured package source)"); done
fi
if [ ${#missing[@]} -gt 0 ]; then
  echo "publish: cannot build for $rid. Missing:" >&2
  printf '  - %s\n' "${missing[@]}" >&2
  [ "$rid" != "$host" ] || echo "Run ./setup.sh, which installs what the build needs." >&2
  exit 1
fi

case "$framework" in
  net10.0) say "building $rid with $framework" ;;
  *) say "building $rid with $framework instead (same program, same behaviour)" ;;
esac
# shellcheck disable=SC2046
dotnet publish softlan.csproj --no-restore $(options "$framework") -o "artifacts/build/$rid-$framework/out" >"$log" 2>&1 || { cat "$log" >&2; fail "the build failed; see above."; }
grep -E 'warning (IL|CA|CS)' "$log" | sort -u || true

for file in softlan softlan.dbg; do
  put "artifacts/build/$rid-$framework/out/$file" "$file"
done
say "artifacts/$rid/softlan, $(($(stat -c %s "artifacts/$rid/softlan") / 1024)) KiB"
