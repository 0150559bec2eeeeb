# shellcheck shell=bash
# For netns.sh, bad-input.sh and hostile.sh: checks that are counted, machines (network namespaces), programs on them, and nothing left behind.
# Everything here is bounded: a command on a machine by `timeout`, a program that stays by the life of the script.

export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# An operator's own settings are none of the tests' business.
for variable in $(compgen -e | grep '^SOFTLAN_'); do unset "$variable"; done

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
softlan=${SOFTLAN:-$root/artifacts/linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')/softlan}
ring=$(basename "$0" .sh)

# Namespaces and files are named by the process number, so that runs beside each other do not meet.
prefix="softlan-test-"
work=
passed=0
failed=0
concerned=()
declare -A pids=() marks=()

ok() { passed=$((passed + 1)); echo "  ok      $1${2:+ ($2)}"; }

fail() {
  failed=$((failed + 1))
  echo "  FAILED  $1: ${2:-it said nothing}"
  local name
  for name in "${concerned[@]}"; do
    [ -s "$work/$name.log" ] || continue
    tail -n 3 "$work/$name.log" | cut -c 1-220 | sed "s/^/            $name: /"
  done
}

# concerns NAME...: whose last words are shown when a check fails.
concerns() { concerned=("$@"); }

# check WHAT COMMAND...: runs it here, not in a subshell; the last line that it says is the measurement, or the reason of the failure.
check() {
  local what=$1 said
  shift
  if "$@" >"$work/said" 2>&1; then
    said=$(tail -n 1 "$work/said" | cut -c 1-300)
    ok "$what" "$said"
  else
    said=$(tail -n 3 "$work/said" | paste -sd'|' | sed 's/|/; /g' | cut -c 1-600)
    fail "$what" "${said:-'$*' did not hold}"
  fi
}

# fails COMMAND...: for checks of what must not be.
fails() { ! "$@"; }

milliseconds() { local now=${EPOCHREALTIME/./}; echo $((now / 1000)); }

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
  local until=$(($(milliseconds) + $1 * 1000))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$(milliseconds)" -lt "$until" ] || return 1
    sleep 0.05
  done
}

namespace() { echo "$prefix$$-$1"; }

# machine NAME...: each a namespace with a loopback, and directories that stand in for what its programs would write to on a real one.
machine() {
  local name
  for name in "$@"; do
    ip netns add "$(namespace "$name")" && ip -n "$(namespace "$name")" link set lo up || return 1
    mkdir -p "$work/$name/var-lib" "$work/$name/home"
    printf '# of %s\nnameserver 192.0.2.53\n' "$name" >"$work/$name/resolv.conf"
    touch -d '2024-01-01 12:00' "$work/$name/resolv.conf"
  done
}

# bridge MACHINE NAME: a switch. Without spanning tree's delay it forwards at once.
bridge_on() {
  net "$1" link add "$2" type bridge forward_delay 0 stp_state 0 && net "$1" link set "$2" up
}

# cable MACHINE CARD OTHER PORT: a veth pair with the offloads that the kernel gives it.
cable() {
  ip link add "$2" netns "$(namespace "$1")" type veth peer name "$4" netns "$(namespace "$3")" &&
    net "$1" link set "$2" up && net "$3" link set "$4" up
}

# plug MACHINE PORT BRIDGE: makes the port one of the bridge's.
plug() { net "$1" link set "$2" master "$3"; }

net() {
  local name=$1
  shift
  timeout -k 1 10 ip -n "$(namespace "$name")" "$@"
}

# on MACHINE COMMAND...: runs a short command there.
on() {
  local name=$1
  shift
  timeout -k 1 "${limit:-20}" ip netns exec "$(namespace "$name")" "$@" </dev/null
}

# What a program sees of its machine. Programs write to /var/lib, /run and resolv.conf of the machine that they stand for, never of this one.
# Ctrl-C is ignored in what a script starts in the background; programs must hear it.
enter='
  home=$1
  shift
  mount --bind "$home/var-lib" /var/lib
  [ ! -e /etc/resolv.conf ] || mount --bind "$home/resolv.conf" /etc/resolv.conf
  mount -t tmpfs tmpfs /run
  eval "$SCENE"
  exec env -i --default-signal=INT,QUIT PATH="$PATH" HOME="$home/home" TERM=dumb "$@"
'

# inside MACHINE COMMAND...: replaces this shell by a program that takes the machine for its own and dies with this script.
# $scene: commands that change what it sees before it starts.
inside() {
  local name=$1
  shift
  SCENE=${scene:-} exec setpriv --pdeathsig KILL ip netns exec "$(namespace "$name")" bash -euc "$enter" enter "$work/$name" "$@"
}

# start NAME MACHINE COMMAND...: a program that stays; $work/NAME.log has what it says.
start() {
  local name=$1
  shift
  echo "--- $*" >>"$work/$name.log"
  mark "$name"
  (inside "$@") >>"$work/$name.log" 2>&1 </dev/null &
  pids[$name]=$!
}

# on_terminal NAME MACHINE COMMAND...: the same on a terminal of its own. USR1 presses Ctrl-C there, USR2 closes it.
on_terminal() { local name=$1 machine=$2; shift 2; start "$name" "$machine" TERM=xterm python3 -B "$here/terminal.py" "$@"; }

# once MACHINE SECONDS COMMAND...: a program that ends by itself; its output and exit code are this function's.
once() {
  local name=$1 seconds=$2
  shift 2
  (inside "$name" timeout -k 1 "$seconds" "$@") </dev/null
}

# What a program says from here on is new.
mark() {
  local name
  for name in "$@"; do marks[$name]=$(stat -c %s "$work/$name.log" 2>/dev/null || echo 0); done
}

words() { tail -c +$((${marks[$1]:-0} + 1)) "$work/$1.log" 2>/dev/null; }

# said NAME PATTERN: since its mark. says NAME SECONDS PATTERN: soon.
# Not through a pipe: grep ends with the first match, and a writer that still writes then would make it a failure.
said() { grep -qE -- "$2" < <(words "$1"); }

says() {
  wait_for "$2" said_or_gone "$1" "$3"
  said "$1" "$3" || { echo "$1 did not say '$3' within $2 s$(runs "$1" || echo ', and has ended')"; return 1; }
}

said_or_gone() { said "$1" "$2" || ! runs "$1"; }

runs() { [ -n "${pids[$1]:-}" ] && kill -0 "${pids[$1]}" 2>/dev/null; }

has_ended() { ! runs "$1"; }

# ends NAME SECONDS STATUS: it ends by itself, with this exit code.
ends() {
  local status
  wait_for "$2" has_ended "$1" || { echo "$1 still runs after $2 s"; return 1; }
  wait "${pids[$1]}"
  status=$?
  unset "pids[$1]"
  [ "$status" -eq "$3" ] || { echo "$1 ended with $status, not $3"; return 1; }
}

# stop NAME [SIGNAL]: asks it to end, and it must do so in order.
stop() {
  kill -s "${2:-TERM}" "${pids[$1]:-0}" 2>/dev/null || { echo "$1 does not run"; return 1; }
  ends "$1" 10 0
}

# murder NAME: kill -9, of which bash has nothing to tell.
murder() {
  kill -KILL "${pids[$1]}" && wait_for 5 has_ended "$1"
  wait "${pids[$1]}"
  unset "pids[$1]"
} 2>/dev/null

# Ends everything in the namespaces of one run, by process number, and removes them and its files.
remove_run() {
  local of=$1 name process directory
  for name in $(ip netns list 2>/dev/null | awk -v start="$prefix$of-" 'index($1, start) == 1 { print $1 }'); do
    for process in $(timeout 5 ip netns pids "$name" 2>/dev/null); do kill -KILL "$process" 2>/dev/null; done
    timeout 10 ip netns delete "$name" 2>/dev/null # Another run that starts now removes it as well.
  done
  for directory in "${TMPDIR:-/tmp}/$prefix$of-"*; do
    [ -d "$directory" ] && [ -O "$directory" ] && [ ! -L "$directory" ] && rm -rf --one-file-system "$directory"
  done
}

# Runs that were killed leave namespaces and files. Of those that still run nothing is touched.
remove_dead_runs() {
  local of
  for of in $({ ip netns list 2>/dev/null | awk '{ print $1 }'; find "${TMPDIR:-/tmp}" -maxdepth 1 -type d -name "$prefix*" -printf '%f\n'; } |
    sed -nE "s/^$prefix([0-9]+)-.*/\\1/p" | sort -u); do
    [ -d "/proc/$of" ] || { echo "  removing what run $of left behind"; remove_run "$of"; }
  done
}

clean_up() {
  local name logs=$root/artifacts/tests/$ring-logs
  for name in "${!pids[@]}"; do kill -KILL "${pids[$name]}" 2>/dev/null; done
  wait 2>/dev/null
  rm -rf "$logs"
  if [ "$failed" -gt 0 ] && [ -n "$work" ]; then
    mkdir -p "$logs"
    cp "$work"/*.log "$logs" 2>/dev/null && echo "  logs of the whole run: artifacts/tests/$ring-logs"
  fi
  remove_run $$
}

# begin: what every ring does first. $@: programs that it needs.
begin() {
  local missing=() program
  [ "$(id -u)" -eq 0 ] || { echo "$ring: needs root"; echo "0 passed, 1 failed"; exit 1; }
  [ -x "$softlan" ] || { echo "$ring: $softlan does not exist. Run ./publish.sh first."; echo "0 passed, 1 failed"; exit 1; }
  for program in ip bridge setpriv sysctl ps timeout python3 "$@"; do command -v "$program" >/dev/null || missing+=("$program"); done
  [ ${#missing[@]} -eq 0 ] || { echo "$ring: missing here: ${missing[*]}. Run ./setup.sh --tests."; echo "0 passed, 1 failed"; exit 1; }
  [ -c /dev/net/tun ] || { echo "$ring: /dev/net/tun is missing"; echo "0 passed, 1 failed"; exit 1; }
  trap clean_up EXIT
  trap 'exit 130' INT TERM HUP
  remove_dead_runs
  work=$(mktemp -d "${TMPDIR:-/tmp}/$prefix$$-XXXXXX")
}

# pin_of NAME: of the relay that was started under this name, and last.
pin_of() { grep -oE 'sha256:[A-Za-z0-9_-]{43}' "$work/$1.log" | tail -n 1; }

# The relay of the whole ring, on the machine of that name.
start_relay() {
  start relay relay "$softlan" relay --listen 443/udp --server-name relay "$@"
  says relay 10 'sha256:' || return 1
  pin=$(pin_of relay)
}

# A section of the output; SECONDS of the whole run so far, for people who look where time goes.
story() { echo; echo "-- $* [$SECONDS s]"; }

# tell STORY...: each a function story_NAME, perhaps with arguments. A name that there is not fails, or a typing error would pass.
tell() {
  local one
  for one in "$@"; do
    if declare -F "story_${one%% *}" >/dev/null; then
      # shellcheck disable=SC2086
      story_$one
    else
      fail "story $one" "there is none of that name"
    fi
  done
}

finish() {
  echo
  clean_up
  trap - EXIT
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
  exit
}
