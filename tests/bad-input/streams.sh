# shellcheck shell=bash
# Where softlan writes may be gone: a terminal that was closed, a disk that is full, a stream that was never open.

story_streams() {
  local where demo carol="--tap softlan3 --identity $work/stranger/home/carol.json --address 10.73.42.13/24"
  story "a terminal that is closed"
  concerns carol gateway onterm keeper
  # shellcheck disable=SC2086
  on_terminal carol stranger "$softlan" client --relay $relay_address --pin "$pin" --room R $carol
  check "carol joins, on a terminal" says carol 10 'In room R'
  check "it shows the live line" says carol 5 'relay [0-9.]+ ms'
  check "her way to the relay is held" grep -q $relay_address <(net stranger route show proto 115)
  check "the terminal closes: she leaves in order" close_terminal carol 0
  check "her card is gone" fails net stranger link show dev softlan3
  check "and the route is" [ -z "$(net stranger route show proto 115)" ]
  on_terminal gateway stranger "$softlan" gateway --relay $relay_address --pin "$pin" --room OTHER --interface eth0
  check "a gateway joins, on a terminal" says gateway 10 'In room OTHER'
  check "it shows the live line" says gateway 5 'relay [0-9.]+ ms'
  check "the terminal closes: it stops in order" close_terminal gateway 0
  on_terminal onterm relay "$softlan" relay --listen 4446/udp --state "$work/relay/home/onterm"
  check "a relay, on a terminal" says onterm 10 'Listening on'
  kill -HUP "$(pgrep -P "${pids[onterm]}")"
  check "told to read its files again, it goes on" fails ends onterm 1 0
  check "the terminal closes: it stops in order" close_terminal onterm 0
  on_terminal keeper relay sh -c 'trap "" HUP; exec "$0" "$@"' "$softlan" relay --listen 4447/udp --state "$work/relay/home/keeper"
  check "a relay that was told to ignore that (nohup)" says keeper 10 'Listening on'
  kill -USR2 "${pids[keeper]}"
  check "goes on" fails ends keeper 1 0
  kill -TERM "$(pgrep -P "${pids[keeper]}")"
  check "and stops in order" ends keeper 10 0
  on_terminal show stranger "$softlan" demo
  check "a demo, on a terminal" says show 30 'ok +the relay listens'
  demo=$(pgrep -P "${pids[show]}")
  check "the terminal closes: it ends" close_terminal show 1
  check "and no program of it is left" none_lives_in "/run/softlan-demo/$demo/"
  on_terminal show stranger "$softlan" demo --keep
  check "one with --keep goes on, and says how to look around" says show 60 'until Ctrl-C'
  demo=$(pgrep -P "${pids[show]}")
  check "by that alice's machine is entered, which has her address" enters_alice "$demo"
  check "Ctrl-C ends it in order" stop show USR1
  check "and no program of it is left" none_lives_in "/run/softlan-demo/$demo/"

  story "streams that cannot be written"
  concerns relay full json erin
  for where in '>/dev/full' '>&-'; do
    check "--help $where" unwritable "$where" --help
    check "--version $where" unwritable "$where" --version
    check "client --list-taps $where" unwritable "$where" client --list-taps
    check "demo $where" unwritable "$where" demo
    start full relay sh -c "exec \"\$0\" \"\$@\" $where" "$softlan" relay --listen 4448/udp --state "$work/relay/home/full"
    check "relay $where goes on, and its log has the line for players" says full 10 'Cannot write to stdout: .*join with: softlan client .*--pin sha256:'
    check "and stops in order" stop full
  done
  start full relay sh -c 'exec "$0" "$@" 2>/dev/full' "$softlan" relay --listen 4448/udp --state "$work/relay/home/full"
  check "relay 2>/dev/full goes on" says full 10 '--pin sha256:'
  check "and stops in order" stop full
  start json relay sh -c "exec \"\$0\" \"\$@\" 2>$work/relay/home/json" "$softlan" relay --listen 4448/udp --state "$work/relay/home/full" --log-format json
  check "relay --log-format json has the join command in its log" wait_for 10 grep -q 'softlan client --relay .* --pin sha256:' "$work/relay/home/json"
  check "and nowhere else" [ -z "$(words json)" ]
  check "a player joins it" json_player
  check "it stops in order" stop json
  check "every line of its log is an object for collectors" all_json "$work/relay/home/json" "'erin' joined room JSON: Client"
  check "a failure that nobody can be told keeps its exit code" wordless_failure '2>/dev/full'
  check "nor where stderr is closed" wordless_failure '2>&-'
}

json_player() {
  local other
  other=$(grep -oE 'sha256:[A-Za-z0-9_-]{43}' "$work/relay/home/json" | tail -n 1)
  start erin stranger "$softlan" client --relay $relay_address:4448 --pin "$other" --room JSON --name erin --tap softlan3 --identity "$work/stranger/home/erin.json" --address none --log-format json
  says erin 10 'In room JSON' && stop erin
}

# all_json FILE PATTERN: each line an object with the time in UTC, a level and a message; one message matches.
all_json() {
  python3 -c '
import datetime, json, re, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
for line in lines:
    datetime.datetime.strptime(line["Timestamp"], "%Y-%m-%dT%H:%M:%S.%fZ")
    assert line["LogLevel"] and line["Message"], line
print(len(lines), "lines")
assert any(re.search(sys.argv[2], line["Message"]) for line in lines), "none says " + sys.argv[2]' "$@"
}

close_terminal() { kill -USR2 "${pids[$1]}" && ends "$1" 10 "$2"; }

# unwritable WHERE SUBCOMMAND...: one line that says so.
unwritable() {
  local where=$1
  shift
  one_line 1 'Cannot write to stdout: (No space left on device|it is not open for writing)\. Hint: ' sh -c "exec \"\$0\" \"\$@\" $where" "$softlan" "$@"
}

wordless_failure() {
  local status
  once player1 15 sh -c "exec \"\$0\" \"\$@\" $1" "$softlan" client --room NEVER --identity "$work/player1/home/never.json" 2>/dev/null
  status=$?
  echo "exit code $status"
  [ $status -eq 1 ]
}

# enters_alice PROCESS: by the line that the demo prints, on the machine as the demo sees it.
enters_alice() {
  local line
  says show 5 'exec [^ ]*alice bash' && line=$(words show | grep -oE 'ip netns exec [^ ]*alice bash +# [0-9.]+') || return 1
  nsenter -m -t "$1" timeout 5 ${line%% bash*} ip -4 -o addr show dev softlan0 | grep -oF "inet ${line##* }/"
}

# none_lives_in DIRECTORY: no process has it in its environment, as the demo's have their home.
none_lives_in() { [ ${#1} -gt 20 ] && ! grep -lsF "$1" /proc/[0-9]*/environ; }
