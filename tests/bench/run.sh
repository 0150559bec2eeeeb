#!/usr/bin/env bash
# softlan's own benchmarks: prints tables, asserts nothing. For people who change the data path, and for the README.
#   tests/bench/run.sh                      everything (about three minutes)
#   tests/bench/run.sh stages engine        some of: stages engine forward paths swarm party instructions
# Builds the benchmarks as ./publish.sh builds softlan (NativeAOT). Figures of a busy machine are worth little: close what else runs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec </dev/null
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

all=(stages engine forward paths swarm party instructions)
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=("${all[@]}")
for part in "${parts[@]}"; do
  [[ " ${all[*]} " == *" $part "* ]] || { echo "run.sh: '$part' is not a benchmark. Use some of: ${all[*]}" >&2; exit 2; }
done
wants() { [[ " ${parts[*]} " == *" $1 "* ]]; }

case "$(uname -m)" in
  x86_64) rid=linux-x64 ;;
  aarch64) rid=linux-arm64 ;;
  *) echo "run.sh: softlan is not built for this machine ($(uname -m))." >&2; exit 1 ;;
esac
softlan=${SOFTLAN:-$PWD/artifacts/$rid/softlan}
bench=artifacts/build/bench/out/softlan.bench
work=$(mktemp -d)
relay=
clean_up() {
  [ -z "$relay" ] || kill -TERM "$relay" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

echo "bench: building" >&2
[ -x "$softlan" ] || ./publish.sh >&2
framework=
for candidate in net10.0 net9.0; do
  # The options of publish.sh. Their own obj and bin: an ordinary build never meets these files.
  options="-c Release -r $rid -p:SoftlanFramework=$candidate -p:PublishAot=true -p:StripSymbols=false -p:SoftlanCc=gcc -p:CppCompilerAndLinker=gcc
    -p:BaseIntermediateOutputPath=$PWD/artifacts/build/bench/$candidate/obj/ -p:BaseOutputPath=$PWD/artifacts/build/bench/$candidate/bin/"
  # shellcheck disable=SC2086
  if dotnet restore tests/bench/softlan.bench.csproj ${options/-c Release/} >"$work/build.log" 2>&1; then
    framework=$candidate
    break
  fi
done
[ -n "$framework" ] || { cat "$work/build.log" >&2; exit 1; }
# shellcheck disable=SC2086
dotnet publish tests/bench/softlan.bench.csproj --no-restore $options -o artifacts/build/bench/out >"$work/build.log" 2>&1 || { cat "$work/build.log" >&2; exit 1; }

echo "softlan's benchmarks, $(date -u +%Y-%m-%d), $("$softlan" --version), $(nproc) cores of $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r), load $(cut -d' ' -f1 /proc/loadavg)"

if wants stages; then
  printf '\n## One step of the data path alone\n\n'
  timeout 120 "$bench" stages
fi
if wants engine; then
  printf '\n## One QUIC link over loopback, two threads\n\n'
  timeout 120 "$bench" engine
fi
if wants forward; then
  printf '\n## A relay between two players over loopback, two threads\n\n'
  timeout 120 "$bench" forward
fi
if wants paths; then
  printf '\n## A load that begins, on simulated lines\n\n'
  timeout 120 "$bench" paths
fi
if wants swarm; then
  printf '\n## Rooms at a relay: every player sends 30 frames of 150 bytes a second, half to all, half to the gateway; one uploads 50 Mbit/s\n\n'
  echo "| rooms x peers | peers | forwarded, thousand/s | relay, % of a core | relay, us per datagram | relay, us per packet | p50, ms | p99, ms | join, ms of processor | nobody joins: p50 / p99 / longest, ms | 40 join: p50 / p99 / longest, ms | KiB per idle peer | relay, MiB |"
  echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
  for shape in ${SWARM_SHAPES:-1x8 50x16 1x200 500x4}; do
    rm -f "$work/relay.log"
    # shellcheck disable=SC2086
    timeout 300 "$softlan" relay --listen 127.0.0.1:0 --state "$work/state" --max-peers 65536 --max-clients-per-room 2048 --max-links-per-address 65536 \
      --client-broadcast-rate 1000 --log-level error ${SWARM_RELAY_ARGS:-} >"$work/relay.log" 2>&1 &
    relay=$!
    for _ in $(seq 100); do grep -q sha256: "$work/relay.log" && break; sleep 0.1; done
    grep -q sha256: "$work/relay.log" || { echo "bench: the relay does not start; it said:" >&2; cat "$work/relay.log" >&2; exit 1; }
    # The shell's child is timeout; the relay is its child.
    pid=$(pgrep -P "$relay")
    address=$(grep -oE '127\.0\.0\.1:[0-9]+' "$work/relay.log" | head -n 1)
    timeout 280 "$bench" swarm --rooms "$shape" --relay "$address" --pin "$(grep -oE 'sha256:[A-Za-z0-9_-]{43}' "$work/relay.log" | head -n 1)" --relay-pid "$pid" --seconds "${SWARM_SECONDS:-6}" --upload "${SWARM_UPLOAD:-50}" ||
      { echo "bench: the swarm failed; the relay said:" >&2; tail -n 5 "$work/relay.log" >&2; exit 1; }
    kill -TERM "$relay" 2>/dev/null || true
    wait "$relay" || true
    relay=
  done
fi
if wants party; then
  printf '\n## A whole party in network namespaces\n\n'
  timeout 300 tests/bench/party.sh "$softlan"
fi
if wants instructions; then
  printf '\n## What a ping and a game take, counted by valgrind\n\n'
  timeout 300 tests/bench/instructions.sh "$softlan"
fi
