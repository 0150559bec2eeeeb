# shellcheck shell=bash
# Every option with a value that it cannot have: one line with that value and a right one, and 2.

# command, option, wrong value. A path is wrong only when it is empty.
wrong_values=(
  "relay --listen port" "relay --listen 99999/udp" "relay --listen 443/tcp" "relay --listen 1.2.3:443"
  "relay --cert " "relay --key " "relay --state " "relay --server-name a_b c"
  "relay --mtu 20" "relay --mtu 9000" "relay --max-clients-per-room 0" "relay --max-rooms many" "relay --max-peers -1"
  "relay --max-links-per-address 0" "relay --workers 65" "relay --client-rate fast" "relay --gateway-rate 1" "relay --client-broadcast-rate 0"
  "relay --cpu-latency low" "relay --quic quiche" "relay --queue-time 0" "relay --log-level loud" "relay --log-format xml"
  "gateway --relay host:x" "gateway --relay http://relay" "gateway --pin sha256:short" "gateway --relay-ca-cert " "gateway --server-name a b"
  "gateway --room a b" "gateway --room $(printf 'x%.0s' {1..65})" "gateway --name $(printf 'n%.0s' {1..33})" "gateway --datagram-limit 10"
  "gateway --state " "gateway --interface an-interface-name" "gateway --iface an-interface-name" "gateway --bridge a-bridge-with-a-long-name"
  "gateway --moderation on" "gateway --cpu-latency -1" "gateway --quic quiche" "gateway --queue-time 10ms" "gateway --log-level loud" "gateway --log-format xml"
  "client --relay [::1" "client --pin 47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" "client --relay-ca-cert " "client --server-name -" "client --room "
  "client --name " "client --datagram-limit 1e3" "client --virtual-mac 01:00:5e:00:00:01" "client --virtual-mac zz" "client --identity " "client --state "
  "client --tap a-tap-with-a-long-name" "client --mtu 1279" "client --address 10.0.0.1" "client --address 10.0.0.255/24" "client --address fd00::1/64"
  "client --quic quiche" "client --queue-time 1001" "client --network-category public" "client --moderation fast" "client --cpu-latency 10001" "client --list-taps=5" "client --log-level loud" "client --log-format xml"
  "demo --keep=perhaps" "demo --log-level loud" "demo --log-format xml"
)

story_options() {
  local row command option value
  story "options that are wrong"
  concerns
  for row in "${wrong_values[@]}"; do
    command=${row%% *}
    row=${row#* }
    option=${row%%[ =]*}
    value=${row#"$option"}
    check "$command $option '${value# }'" is_wrong "$command" "$option" "${value# }"
  done
  check "no option was forgotten" all_options_tried
  for row in "relay MTU 20" "gateway ROOM a b" "client VIRTUAL_MAC zz" "client PIN x" "relay CLIENT_RATE fast" "demo KEEP perhaps"; do
    command=${row%% *}
    row=${row#* }
    option=${row%% *}
    check "SOFTLAN_$option='${row#* }' in the environment of $command" is_wrong_in_environment "$command" "SOFTLAN_$option" "${row#* }"
  done

  story "command lines that are wrong"
  check "help that no terminal asks for fits one of 80 columns" help_fits 80
  check "no command" usage "a command is missing. Use one of relay, gateway, client, demo, or see softlan --help"
  check "an unknown command" usage "'relais' is not a command. Did you mean relay" relais
  check "a command of other programs" usage "'serve' is not a command. Use one of relay, gateway, client, demo" serve
  check "an unknown option" usage "'--rom' is not an option of softlan client. Did you mean --room" client --rom X
  check "an option of another command" usage "'--room' is not an option of softlan relay. It is one of softlan gateway and softlan client" relay --room X
  check "no command before the options" usage "'--room' is not an option of softlan. It is one of softlan gateway and softlan client" --room X
  check "a part of an option's name" usage "Did you mean --max-clients-per-room" relay --max-clients 5
  check "a variable that is misspelt" misspelt
  check "that, and mistakes, as JSON" json_mistakes SOFTLAN_REALY=r client --log-format json --mtu 20
  check "as JSON that the environment asks for" json_mistakes SOFTLAN_LOG_FORMAT=json relay --cert x
  check "a failure as JSON" json_mistakes SOFTLAN_LOG_FORMAT=json gateway --relay r --room R --interface nothing0
  check "a word too many" usage "'please' is not expected here" relay please
  check "a required option is missing" usage "--room is missing.*for example" client
  check "gateway without an interface" usage "--interface is missing.*for example --interface eth0" gateway --relay r --room R
  check "interface and bridge" usage "exclude each other.*for example" gateway --relay r --room R --interface eth0 --bridge br0
  check "pin and CA" usage "exclude each other.*for example" client --room R --pin sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU --relay-ca-cert x
  check "a certificate without a key" usage "belong together.*for example" relay --cert x
  check "a certificate without a key, in the environment" usage_with SOFTLAN_CERT=x "--cert \(set by SOFTLAN_CERT\) and --key belong together" relay
  check "a bridge in the environment beside an interface" usage_with SOFTLAN_BRIDGE=br0 "exclude each other" gateway --relay r --room R --interface eth0
  check "several mistakes in one line, of a client" tells_all "pin.*-relay-ca-cert exclude each other" "mtu: '20'" "room is missing" -- \
    client --pin sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU --relay-ca-cert x --mtu 20
  check "of a client whose pin is mistyped" tells_all "pin: 'x'" "mtu: '20'" "room is missing" -- client --pin x --relay-ca-cert y --mtu 20
  check "of a relay" tells_all "cert and --key belong together" "mtu: '20'" "listen: 'x'" "log-level: 'loud'" -- \
    relay --cert x --mtu 20 --listen x --log-level loud
  check "of a gateway" tells_all "interface is missing" "relay is missing" "room is missing" "name: ''" -- gateway --name ""
  check "an option without its value" usage "--listen lacks its value.*for example" relay --listen
  check "a directory without its value" usage "--state lacks its value.*directory.*for example /var/lib/softlan" relay --state
  check "an option twice" usage "--room takes one value, and got 'A' and 'B'.*for example" client --room A --room B
}

# help_fits COLUMNS: all of them, and none much narrower.
help_fits() {
  local command width
  for command in "" relay gateway client demo; do
    # shellcheck disable=SC2086
    width=$("$softlan" $command --help | awk '{ if (length($0) > width) width = length($0) } END { print width }')
    echo "softlan $command --help has $width columns"
    [ "$width" -le "$1" ] && [ "$width" -gt $(($1 * 3 / 4)) ] || return 1
  done
}

# What the command needs beside the option that is tried.
rest_of() {
  case $1 in
    relay) case $2 in --cert) echo "--key k" ;; --key) echo "--cert c" ;; esac ;;
    gateway)
      [ "$2" = --relay ] || echo "--relay r"
      [ "$2" = --room ] || echo "--room R"
      case $2 in --interface | --iface | --bridge) ;; *) echo "--interface eth0" ;; esac
      ;;
    client) [ "$2" = --room ] || echo "--room R" ;;
  esac
}

# What a right value looks like: an example, or all there are. A flag has none.
shows_right='(for example|Use one of|Use dhcp|See softlan)'

is_wrong() {
  local command=$1 option=$2 value=$3 given
  # A flag takes its value with an equals sign only.
  given=("$option" "$value")
  [[ $value != =* ]] || { given=("$option$value"); value=${value#=}; }
  # shellcheck disable=SC2046
  one_line 2 "$shows_right" "$softlan" "$command" "${given[@]}" $(rest_of "$command" "$option") && grep -qF "'$value'" "$work/stderr"
}

is_wrong_in_environment() {
  # shellcheck disable=SC2046
  one_line 2 "'$3' in the environment variable $2 .*$shows_right" env "$2=$3" "$softlan" "$1" $(rest_of "$1" "--$(echo "${2#SOFTLAN_}" | tr A-Z_ a-z-)")
}

# The warning stands before the mistake.
misspelt() {
  once player1 15 env SOFTLAN_REALY=r "$softlan" client >"$work/stdout" 2>&1
  head -n 1 "$work/stdout"
  head -n 1 "$work/stdout" | grep -qF "SOFTLAN_REALY is not one of softlan's and does nothing. Did you mean SOFTLAN_RELAY?" &&
    tail -n 1 "$work/stdout" | grep -qF -- "--room is missing"
}

# json_mistakes VARIABLE=VALUE ARGUMENT...: each line on stderr is one of the log.
json_mistakes() {
  once player1 15 env "$1" "$softlan" "${@:2}" >"$work/stdout" 2>"$work/stderr"
  [ ! -s "$work/stdout" ] && all_json "$work/stderr" .
}

usage() {
  local pattern=$1
  shift
  one_line 2 "$pattern" "$softlan" "$@"
}

# usage_with VARIABLE=VALUE PATTERN ARGUMENT...
usage_with() {
  local variable=$1 pattern=$2
  shift 2
  one_line 2 "$pattern" env "$variable" "$softlan" "$@"
}

# tells_all PATTERN... -- ARGUMENT...: a line for each pattern, and no other.
tells_all() {
  local patterns=() pattern status
  while [ "$1" != -- ]; do patterns+=("$1"); shift; done
  shift
  { once player1 15 "$softlan" "$@" >"$work/stdout" 2>"$work/stderr"; } 2>/dev/null
  status=$?
  cat "$work/stderr"
  [ $status -eq 2 ] && [ ! -s "$work/stdout" ] && [ "$(wc -l <"$work/stderr")" -eq ${#patterns[@]} ] || { echo "exit code $status"; return 1; }
  for pattern in "${patterns[@]}"; do
    grep -qE -- "^softlan: --$pattern" "$work/stderr" || { echo "no line has $pattern"; return 1; }
  done
}

# one_line STATUS PATTERN COMMAND...: on player1 or $machine; nothing on stdout, one line on stderr, and that exit code.
one_line() {
  last_line "$@" || return 1
  [ ! -s "$work/stdout" ] || { echo "on stdout: $(cat "$work/stdout")"; return 1; }
  [ "$(wc -l <"$work/stderr")" -eq 1 ]
}

# last_line STATUS PATTERN COMMAND...: the same after lines of a log.
last_line() {
  local expected=$1 pattern=$2 status
  shift 2
  { once "${machine:-player1}" 15 "$@" >"$work/stdout" 2>"$work/stderr"; } 2>/dev/null
  status=$?
  tail -n 1 "$work/stderr"
  [ $status -eq "$expected" ] || { echo "exit code $status: $(tail -n 1 "$work/stderr")"; return 1; }
  [ "$(grep -c '^softlan: ' "$work/stderr")" -eq 1 ] && tail -n 1 "$work/stderr" | grep -qE -- "^softlan: .*($pattern)"
}

# Every option in a command's help that takes a value or can be switched on stands in the table above.
all_options_tried() {
  local command option missing=
  for command in relay gateway client demo; do
    for option in $("$softlan" "$command" --help | sed -n '/^Options:/,$p' | grep -E '^  -' | sed -E 's/  +[A-Z].*//' | grep -oE -- '--[a-z][a-z-]*' | sort -u); do
      case $option in --help | --version) continue ;; esac
      # grep reads all: with -q it ends at the first match, and printf by SIGPIPE if it had more to say.
      printf '%s\n' "${wrong_values[@]}" | grep -E -- "^$command ${option}[ =]" >/dev/null || missing+=" $command $option"
    done
  done
  echo "${missing:+not tried:$missing}"
  [ -z "$missing" ]
}
