# shellcheck shell=bash
# Where softlan writes may be gone.

story_streams() {
  local demo carol="--tap softlan3 --identity $work/stranger/home/carol.json --address 10.73.42.13/24"
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

}

close_terminal() { kill -USR2 "${pids[$1]}" && ends "$1" 10 "$2"; }

# none_lives_in DIRECTORY: no process has it in its environment, as the demo's have their home.
none_lives_in() { [ ${#1} -gt 20 ] && ! grep -lsF "$1" /proc/[0-9]*/environ; }
