#!/usr/bin/env bash
# Runs every test, ring by ring (CONTRIBUTING.md says what the rings are):
#   tests/run.sh                all of them
#   tests/run.sh unit loopback  some
# Needs `./setup.sh --tests`. Publishes softlan first where a ring runs the executable. Last line: "N passed, N failed".
# What is skipped is counted, with its reason. With SOFTLAN_SKIPS=fail (.ci/run sets it) a skip fails, but for those that may_skip allows.
# SOFTLAN_MSQUIC=DIRECTORY says where libmsquic.so.2 is, and that it must be tested.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
exec </dev/null
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

case "${1:-}" in -h | --help) sed -n '2,7s/^# //p' tests/run.sh; exit 0 ;; esac

all=(unit loopback readme netns bad-input hostile instructions minimal-root wine)
rings=("$@")
[ ${#rings[@]} -gt 0 ] || rings=("${all[@]}")
for ring in "${rings[@]}"; do
  [[ " ${all[*]} " == *" $ring "* ]] || { echo "run.sh: '$ring' is not a ring. Use some of: ${all[*]}" >&2; exit 2; }
done

logs=artifacts/tests
mkdir -p "$logs"
passed=0
failed=0
skipped=0
without_msquic=0
skips=${SOFTLAN_SKIPS:-allow}
msquic=${SOFTLAN_MSQUIC:-}
if [ -n "$msquic" ]; then
  [ -e "$msquic/libmsquic.so.2" ] || { echo "run.sh: SOFTLAN_MSQUIC is '$msquic', and there is no libmsquic.so.2 in it." >&2; exit 2; }
  export LD_LIBRARY_PATH=$msquic${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
fi

heading() { printf '\n== %s\n' "$*"; }

# count RING STATUS PASSED FAILED [SKIPPED]: adds a ring up. A ring that fails without a failed test (a crash, a time limit) counts as one failure,
# and so does one in which nothing happened at all.
count() {
  local ring=$1 status=$2 ring_passed=$3 ring_failed=$4 ring_skipped=${5:-0}
  if [ $((ring_passed + ring_failed + ring_skipped)) -eq 0 ] && [ "$status" -eq 0 ]; then
    echo "$ring: nothing was tested"
    ring_failed=1
  fi
  if [ "$status" -ne 0 ] && [ "$ring_failed" -eq 0 ]; then
    case "$status" in
      124 | 137) echo "$ring: the time limit was reached" ;;
      *) echo "$ring: ended with $status" ;;
    esac
    ring_failed=1
  fi
  passed=$((passed + ring_passed))
  failed=$((failed + ring_failed))
  echo "$ring: $ring_passed passed, $ring_failed failed"
}

# may_skip REASON: what no supported machine need have. libmsquic is in no package source of Debian, and Wine runs programs of its own processor only;
# the instructions of another one would be other numbers.
may_skip() {
  case "$1" in
    *"libmsquic.so.2 was not found"* | *"no slices to ask for (before Linux 6.12)"*) return 0 ;;
    *"Wine runs programs of its own processor"* | *"intel-ipsec-mb is for x86-64"* | *"no figures of this kind of processor"*) [ "$(uname -m)" != x86_64 ] ;;
    *) return 1 ;;
  esac
}

is_of_msquic() { [[ "$1" == *"libmsquic.so.2 was not found"* ]]; }

# judge_skips RING, reading one reason a line: shows each reason once, and counts them.
judge_skips() {
  local ring=$1 times reason
  while read -r times reason; do
    skipped=$((skipped + times))
    if is_of_msquic "$reason"; then without_msquic=$((without_msquic + times)); fi
    if [ -n "$msquic" ] && is_of_msquic "$reason"; then
      failed=$((failed + times))
      echo "$ring: $times FAILED, since SOFTLAN_MSQUIC is set and they were skipped: $reason"
    elif [ "$skips" != fail ] || may_skip "$reason"; then
      echo "$ring: $times skipped: $reason"
    else
      failed=$((failed + times))
      echo "$ring: $times FAILED, since they were skipped: $reason"
    fi
  done < <(sort | uniq -c)
}

number() { sed -nE "s/^ *$2: ([0-9]+).*/\\1/p" "$1" | tail -n 1 | grep . || echo 0; }

# dotnet_ring NAME SECONDS FILTER...: one part of the test project. A filter that no test matches is a failure (exit code 8).
dotnet_ring() {
  local ring=$1 limit=$2 log=$logs/$1.log status reasons said known
  shift 2
  timeout -k 10 "$limit" dotnet run --project tests --no-build -- --no-progress --no-ansi "$@" >"$log" 2>&1
  status=$?
  [ "$status" -eq 0 ] || cat "$log"
  # The line behind a skipped test's name is the reason.
  reasons=$(awk 'named { sub(/^ +/, ""); print } { named = /^skipped / }' "$log")
  judge_skips "$ring" < <(echo "$reasons" | grep .)
  said=$(number "$log" skipped)
  known=$(echo "$reasons" | grep -c .)
  if [ "$said" -ne "$known" ]; then
    failed=$((failed + 1))
    echo "$ring: FAILED: $said tests were skipped, and the reasons of $known are known: does the output look different?"
  fi
  count "$ring" "$status" "$(number "$log" succeeded)" "$(number "$log" failed)" "$said"
}

# script_ring NAME SECONDS COMMAND...: a script whose last line is "N passed, N failed".
script_ring() {
  local ring=$1 limit=$2 log=$logs/$1.log status last reasons
  shift 2
  timeout -k 30 "$limit" "$@" 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  last=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
  reasons=$(sed -nE 's/^( +|[a-z -]+: )skipped:? //p' "$log")
  judge_skips "$ring" < <(echo "$reasons" | grep .)
  count "$ring" "$status" "$(echo "${last:-0}" | awk '{ print $1 }')" "$(echo "${last:-0 0 0}" | awk '{ print $3 }')" "$(echo "$reasons" | grep -c .)"
}

wants() { [[ " ${rings[*]} " == *" $1 "* ]]; }

if wants unit || wants loopback; then
  heading "building the tests"
  if ! timeout 600 dotnet build tests -m:1 -v:quiet >"$logs/build.log" 2>&1; then
    cat "$logs/build.log"
    count build 1 0 0
    echo "$passed passed, $failed failed"
    exit 1
  fi
fi
if wants netns || wants bad-input || wants hostile || wants instructions || wants minimal-root || wants readme; then
  heading "publishing"
  if ! timeout 900 ./publish.sh; then
    count publish 1 0 0
    echo "$passed passed, $failed failed"
    exit 1
  fi
fi

if wants unit; then
  heading "unit: what travels, and what the roles decide, in memory"
  dotnet_ring unit 600 --filter-not-namespace 'Softlan.Tests.Loopback*'
fi
if wants loopback; then
  heading "loopback: real QUIC on 127.0.0.1"
  dotnet_ring loopback 600 --filter-namespace 'Softlan.Tests.Loopback*'
fi
if wants readme; then
  heading "readme: what it says against what the executable says"
  script_ring readme 120 tests/readme-commands.sh
fi
if wants netns; then
  heading "netns: the executable between real interfaces"
  script_ring netns 1500 tests/netns.sh
fi
if wants bad-input; then
  heading "bad-input: the executable between mistakes and strangers"
  script_ring bad-input 300 tests/bad-input.sh
fi
if wants hostile; then
  heading "hostile: the executable between peers that mean ill"
  script_ring hostile 300 tests/hostile.sh
fi
if wants instructions; then
  heading "instructions: what the executable takes for a ping and a game, against what it took"
  script_ring instructions 120 tests/bench/instructions.sh --check
fi
if wants minimal-root; then
  heading "minimal-root: the executable on a Debian with nothing installed"
  script_ring minimal-root 600 tests/minimal-root.sh
fi
if wants wine; then
  heading "wine: softlan for Windows, in Wine"
  script_ring wine 900 tests/wine.sh
fi

echo
[ "$skipped" -eq 0 ] || echo "$skipped skipped"
[ "$without_msquic" -eq 0 ] || echo "msquic NOT tested: $without_msquic tests of it were skipped"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
