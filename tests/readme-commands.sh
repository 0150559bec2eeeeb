#!/usr/bin/env bash
# Holds README.md and docs/ against the published executable.
#   tests/readme-commands.sh           checks; last line "N passed, N failed"
#   tests/readme-commands.sh --print N prints the README's Nth command of "Two commands", for a test to run as it stands
# Checked: each `softlan ...` line in a code block names a command and options that exist, and each script of this repository in one exists; the
# tables of docs/options.md name all options of each command, once, and no others, with the defaults and the ranges of the help; bash completes with
# what docs/options.md says; the units of docs/operating.md hold before systemd; the commands that move a relay's state keep its pin and room;
# setup.sh adds the right package source; links between the pages lead somewhere.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
softlan=${SOFTLAN:-artifacts/linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')/softlan}

pages=(README.md docs/*.md)

# section_code PAGE HEADING: the lines of all code blocks in the section with that heading, "## " or "### " included.
section_code() { awk -v heading="$2" '/^##/ { inside = ($0 == heading) } /^```/ { code = !code; next } inside && code' "$1"; }

if [ "${1:-}" = --print ]; then
  section_code README.md "## Two commands" | grep -v '^ *#' | grep . | sed -n "${2}p" | grep .
  exit
fi

[ -x "$softlan" ] || { echo "readme: $softlan does not exist. Run ./publish.sh first."; echo "0 passed, 1 failed"; exit 1; }
passed=0
failed=0
result() {
  if [ -z "$2" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "  FAILED  $1: $2"
  fi
}
# help_of [COMMAND]: its help, with what is wrapped joined again.
help_of() {
  timeout 20 "$softlan" "$@" --help </dev/null 2>/dev/null |
    awk '/^    / { gsub(/^ +| +$/, ""); line = line " " $0; next } NR > 1 { print line } { sub(/ +$/, ""); line = $0 } END { print line }'
}
# enough WHAT NUMBER LEAST: or the pages are written in a way in which nothing is found any more, and nothing would be checked.
enough() { result "$1" "$([ "$2" -ge "$3" ] || echo "only $2 were found")"; }
options_in() { grep -oE -- '(^|[ `,|(])--[a-z][a-z-]*' | grep -oE -- '--[a-z][a-z-]*' | sort -u; }
# 1. Every line in a code block that runs softlan. Lines of two commands are run by the CI as they stand.
lines=0
while read -r line; do
  lines=$((lines + 1))
  words=${line#*softlan }
  command=${words%% *}
  case "$command" in
    --*) text=$(help_of) ;;
    *) text=$(help_of "$command") ;;
  esac
  if [ -z "$text" ]; then
    result "$line" "softlan has no command '$command'"
    continue
  fi
  unknown=
  for option in $(echo "$line" | options_in); do
    echo "$text" | options_in | grep -qx -- "$option" || unknown+=" $option"
  done
  result "$line" "${unknown:+no such option:$unknown}"
done < <(awk '/^```/ { code = !code; next } code' "${pages[@]}" | grep -oE '(^|[ /\\])softlan (relay|gateway|client|demo|--)[^#|&]*' | sed 's/^[ /\\]*//; s/ *$//' | sort -u)

enough "lines that run softlan" "$lines" 12

# Scripts of the repository that code blocks run.
scripts=0
while read -r script; do
  scripts=$((scripts + 1))
  result "$script" "$([ -x "$script" ] || echo 'no such script')"
done < <(awk '/^```/ { code = !code; next } code' "${pages[@]}" CONTRIBUTING.md | grep -oE '(^|[ &])(\./|tests/|\.ci/)[a-z.-]+(/[a-z.-]+)*' | tr -d ' &' | sort -u)

enough "scripts that code blocks run" "$scripts" 5

# 2. The option tables: a heading that names the command, or "Every command".
for command in relay gateway client demo; do
  in_table=$(awk -v command="$command" '/^##/ { inside = /^## Every command/ || (/^## softlan / && $0 ~ "(^|[ ,])" command "(,|$| )") } inside && /^\|/' docs/options.md |
    awk -F'|' '{ print $2 }' | grep -oE -- '--[a-z][a-z-]+' | sort)
  in_help=$(help_of "$command" | sed -n '/^Options:/,$p' | grep -E '^  -' | sed -E 's/  +[A-Z].*//' | options_in)
  missing=$(comm -13 <(echo "$in_table") <(echo "$in_help") | tr '\n' ' ')
  result "options of $command" "${missing:+missing in the tables of docs/options.md: $missing}"
  stale=$(comm -23 <(echo "$in_table" | uniq) <(echo "$in_help") | tr '\n' ' ')
  result "tables of $command" "${stale:+in docs/options.md, but not an option: $stale}"
  twice=$(echo "$in_table" | uniq -d | tr '\n' ' ')
  result "tables of $command, each option once" "${twice:+in two tables of docs/options.md: $twice}"
done

# The defaults in the option tables, wherever these stand. A table whose heading names no command is for all of them.
# tables: HEADING, OPTION, what its cell has up to a comma or semicolon; tabs between them.
tables() {
  awk -F'|' '
    /^#/ { heading = $0 }
    !/^\|/ { inside = 0 }
    inside && !/^\| *-/ {
      cell = $3
      sub(/[;,].*/, "", cell)
      gsub(/^ +| +$/, "", cell)
      count = split($2, words, /[` ,]+/)
      for (i = 1; i <= count; i++) if (words[i] ~ /^--/) print heading "\t" words[i] "\t" cell
    }
    /^\| *option *\| *default *\|/ { inside = 1 }' README.md docs/*.md
}

enough "options in tables with defaults" "$(tables | wc -l)" 30

# wrong_defaults COMMAND: where the help and a table do not say the same.
wrong_defaults() {
  local command=$1 heading option cell text default
  while IFS=$'\t' read -r heading option cell; do
    text=$(help_of "$command" | sed -n '/^Options:/,$p' | grep -E -- "^  (.*, )?$option( |$)")
    [[ "$heading" != *"softlan "* || "$heading " == *[\ ,]"$command"[\ ,]* ]] && [ -n "$text" ] || continue
    default=$(echo "$text" | sed -nE 's/.*\[default: (.*)\]$/\1/p')
    case "$option" in
      --workers) continue ;; # The help has the number for this machine.
      --state | --identity) [ "$(id -u)" -eq 0 ] || continue ;; # The help names the directory of whoever asks.
    esac
    if [ -n "$default" ]; then
      cell=${cell#root: }
      [ "${cell//\`/}" = "$default" ] || echo "$option is '$default' in the help and '$cell' in the table"
    elif [[ "$cell" =~ ^(\`[^\`]+\`|[0-9]+)$ ]]; then
      # Where only one system has the option, its help says "auto (the default)".
      echo "$text" | grep -qiE -- "${cell//\`/}[^:;]*\(the default\)" || echo "$option is $cell in the table, which the help does not call its default"
    fi
  done < <(tables)
}

for command in relay gateway client demo; do
  result "defaults of $command" "$(wrong_defaults "$command" | paste -sd';')"
done

# wrong_ranges COMMAND: the options whose bounds, with their unit, a row of docs/options.md does not repeat as the help states them.
wrong_ranges() {
  local command=$1 option range
  while IFS=$'\t' read -r option range; do
    awk -v command="$command" '/^##/ { inside = (/^## softlan / && $0 ~ "(^|[ ,])" command "(,|$| )") } inside && /^\|/' docs/options.md |
      grep -F -- "\`$option\`" | grep -F -- "$range" >/dev/null || echo "$option takes $range"
  done < <(help_of "$command" | sed -nE 's/^  (--[a-z]+, )?(--[a-z-]+) .* ([0-9]+ to [0-9]+[a-z]*( [a-z]+)*).*/\2\t\3/p')
}

for command in relay gateway client; do
  result "ranges of $command" "$(wrong_ranges "$command" | paste -sd';')"
done

# The completion of bash, as the page has it.
suggestions=$(PATH=$(realpath "$(dirname "$softlan")"):$PATH bash -c "$(section_code docs/options.md '## Completion in bash')"'
  COMP_LINE="softlan relay --lis"; COMP_POINT=${#COMP_LINE}; _softlan softlan --lis relay; echo "${COMPREPLY[*]}"')
result "completion of bash" "$([ "$suggestions" = --listen ] || echo "'softlan relay --lis' becomes '$suggestions'")"

# The units of systemd. What it does not know in one it only ignores, so it must say nothing.
# units DIRECTORY: each code block with a [Service], as a file there that starts the executable that is tested.
units() {
  awk -v to="$1" -v executable="$(realpath "$softlan")" '
    /^```/ { if (unit ~ /\[Service\]/) printf "%s", unit >(to "/softlan-" ++count ".service"); unit = ""; code = !code; next }
    code { sub("/usr/local/bin/softlan", executable); unit = unit $0 "\n" }' README.md docs/*.md
}

# wrong_unit FILE: what is wrong with it.
wrong_unit() {
  local state directory capability
  timeout 20 systemd-analyze verify --man=no "$1" 2>&1
  state=$(sed -nE 's/^ExecStart=.* --state ([^ ]+).*/\1/p' "$1")
  directory=$(sed -n 's/^StateDirectory=//p' "$1")
  [ "$state" = "${directory:+/var/lib/$directory}" ] || echo "--state is '$state' and StateDirectory '$directory'"
  # These are the names that verify does not look at.
  for capability in $(sed -n 's/^AmbientCapabilities=//p' "$1"); do
    setpriv --list-caps | grep -qix "${capability#CAP_}" || echo "$capability is no capability"
  done
}

if command -v systemd-analyze >/dev/null; then
  directory=$(mktemp -d)
  units "$directory"
  result "units of systemd" "$([ -e "$directory/softlan-1.service" ] || echo 'not found')"
  for unit in "$directory"/*.service; do
    result "$(grep ExecStart "$unit")" "$(wrong_unit "$unit" | paste -sd';')"
  done
  rm -rf "$directory"
else
  echo "  skipped: units of systemd: there is no systemd-analyze (Debian package systemd)"
fi

# 3. The two commands are there at all.
for n in 1 2; do
  result "command $n" "$([ -n "$("$0" --print "$n")" ] || echo 'not found under "Two commands"')"
done

# 4. A relay that becomes a service by the commands of docs/operating.md prints the same join command. The directories are temporary, and
# there is no service.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# join_command DIRECTORY: what a relay with this state prints for the players, without the address.
join_command() {
  timeout -k 5 20 "$softlan" relay --listen 127.0.0.1:0 --state "$1" >"$work/log" 2>&1 </dev/null &
  local relay=$!
  for _ in $(seq 100); do grep -q -- --room "$work/log" && break; sleep 0.1; done
  kill -TERM "$relay" 2>/dev/null
  wait "$relay"
  grep -oE -- '--pin .* --room .*' "$work/log" | head -n 1
}
before=$(join_command "$work/softlan")
move=$(section_code docs/operating.md "### Keep pin and room code when the relay becomes a service" | sed -nE '1,/systemctl enable/p' |
  sed -E "/systemctl/d; s/^sudo //; s|/var/lib/|$work/|g")
said=$(bash -e -c "$move" 2>&1) || result "moving a relay's state" "the commands failed: $said"
after=$(join_command "$work/softlan-relay")
result "a relay's join command after its state has moved" "$([ -n "$before" ] && [ "$before" = "$after" ] || echo "it was '$before' and is '$after'")"

# And back. What the service has is what counts, not what lies there from before.
rm -rf "$work/softlan"
back=$(section_code docs/operating.md "### Keep pin and room code when the relay becomes a service" | sed -nE '/systemctl disable/,$p' |
  sed -E "/systemctl/d; /^sudo softlan relay /d; s/^sudo //; s|/var/lib/|$work/|g")
said=$(bash -e -c "$back" 2>&1) || result "moving a relay's state back" "the commands failed: $said"
after=$(join_command "$work/softlan")
result "a relay's join command after its state has moved back" "$([ -n "$before" ] && [ "$before" = "$after" ] || echo "it was '$before' and is '$after'")"

# 5. What setup.sh adds to the package sources of a Debian 12, by its own functions, which look at files of ours here.
eval "$(sed -nE '/^backports_[a-z0-9_]+\(\) \{/,/^\}/p' setup.sh | sed "s|/etc/apt|$work/apt|g")"
# sources FILE: our only one, from stdin.
sources() { rm -rf "$work/apt"; mkdir -p "$work/apt/sources.list.d"; cat >"$work/apt/$1"; }
# adds WHAT FUNCTION EXPECTED
adds() {
  local added
  added=$("$2" bookworm 2>&1)
  result "backports from $1" "$([ "$added" = "$3" ] || echo "'$added'")"
}
sources sources.list.d/debian.sources <<'END'
# As Debian's images have it, and more.
Types: deb-src
URIs: http://sources.example/debian
Suites: bookworm

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm

Types: deb
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main

Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 -----END PGP PUBLIC KEY BLOCK-----
END
adds "a .sources file" backports_deb822 "Types: deb
URIs: http://mirror.example/debian
Suites: bookworm-backports
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 -----END PGP PUBLIC KEY BLOCK-----"
adds "a .sources file, in the other form" backports_one_line ""
sources sources.list <<'END'
# deb http://off.example/debian bookworm main
deb-src http://sources.example/debian bookworm main
deb http://mirror.example/debian bookworm-updates main
deb [ arch=amd64 signed-by=/usr/share/keyrings/k.gpg ] http://mirror.example/debian bookworm main contrib
deb http://second.example/debian bookworm main
END
adds "a line with options" backports_one_line "deb [ arch=amd64 signed-by=/usr/share/keyrings/k.gpg ] http://mirror.example/debian bookworm-backports main"
adds "a line, in the other form" backports_deb822 ""
sources sources.list.d/mirror.list <<'END'
deb http://mirror.example/debian bookworm main
END
adds "a line in a .list file" backports_one_line "deb http://mirror.example/debian bookworm-backports main"
sources sources.list <<'END'
deb http://mirror.example/debian trixie main
END
adds "another release" backports_one_line ""

# 6. Links from page to page, and to headings. An anchor is the heading in lower case, without punctuation, with hyphens for blanks.
anchors_of() { grep -E '^#+ ' "$1" | sed -E 's/^#+ //' | tr '[:upper:]' '[:lower:]' | sed -E 's/[^a-z0-9 _-]//g; s/ /-/g'; }
for page in "${pages[@]}" CONTRIBUTING.md CHANGELOG.md NOTICE.md tests/WINDOWS.md tests/bench/README.md; do
  broken=
  # A link may be broken over two lines.
  for target in $(tr '\n' ' ' <"$page" | grep -oE '\]\([^) ]+\)' | sed -E 's/^\]\((.*)\)$/\1/' | grep -v '^https\?:' | sort -u); do
    file=$(dirname "$page")/${target%%#*}
    [ -n "${target%%#*}" ] || file=$page
    if [ ! -e "$file" ]; then
      broken+=" $target"
    elif [[ "$target" == *#* ]] && ! anchors_of "$file" | grep -qx -- "${target#*#}"; then
      broken+=" $target"
    fi
  done
  result "links of $page" "${broken:+lead nowhere:$broken}"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
