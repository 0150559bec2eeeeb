#!/usr/bin/env bash
# Holds README.md and docs/ against the published executable.
#   tests/readme-commands.sh           checks; last line "N passed, N failed"
#   tests/readme-commands.sh --print N prints the README's Nth command of "Two commands", for a test to run as it stands
# Checked: each `softlan ...` line in a code block names a command and options that exist, and each script of this repository in one exists; the
# tables of docs/options.md name all options of each command, once, and no others; the commands that move a relay's state keep its pin and room;
# links between the pages lead somewhere.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
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
help_of() { timeout 20 "$softlan" "$@" --help </dev/null 2>/dev/null; }
options_in() { grep -oE -- '(^|[ `,|(])--[a-z][a-z-]*' | grep -oE -- '--[a-z][a-z-]*' | sort -u; }
# 1. Every line in a code block that runs softlan. Lines of two commands are run by the CI as they stand.
while read -r line; do
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

# Scripts of the repository that code blocks run.
while read -r script; do
  result "$script" "$([ -x "$script" ] || echo 'no such script')"
done < <(awk '/^```/ { code = !code; next } code' "${pages[@]}" CONTRIBUTING.md | grep -oE '(^|[ &])(\./|tests/|\.ci/)[a-z.-]+(/[a-z.-]+)*' | tr -d ' &' | sort -u)

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

# 3. The two commands are there at all.
for n in 1 2; do
  result "command $n" "$([ -n "$("$0" --print "$n")" ] || echo 'not found under "Two commands"')"
done

# 4. A relay that becomes a service by the commands of docs/operating.md prints the same line for the players. The directories are temporary, and
# there is no service.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# players_line DIRECTORY: what a relay with this state prints for the players, without the address.
players_line() {
  timeout -k 5 20 "$softlan" relay --listen 127.0.0.1:0 --state "$1" >"$work/log" 2>&1 </dev/null &
  local relay=$!
  for _ in $(seq 100); do grep -q -- --room "$work/log" && break; sleep 0.1; done
  kill -TERM "$relay" 2>/dev/null
  wait "$relay"
  grep -oE -- '--pin .* --room .*' "$work/log" | head -n 1
}
before=$(players_line "$work/softlan")
move=$(section_code docs/operating.md "### Keep pin and room code when the relay becomes a service" | sed -nE '1,/systemctl start/p' |
  sed -E "/systemctl/d; s/^sudo //; s|/var/lib/|$work/|g")
said=$(bash -e -c "$move" 2>&1) || result "moving a relay's state" "the commands failed: $said"
after=$(players_line "$work/softlan-relay")
result "a relay's line after its state has moved" "$([ -n "$before" ] && [ "$before" = "$after" ] || echo "it was '$before' and is '$after'")"

# 5. Links from page to page, and to headings. An anchor is the heading in lower case, without punctuation, with hyphens for blanks.
anchors_of() { grep -E '^#+ ' "$1" | sed -E 's/^#+ //' | tr '[:upper:]' '[:lower:]' | sed -E 's/[^a-z0-9 _-]//g; s/ /-/g'; }
for page in "${pages[@]}" CONTRIBUTING.md CHANGELOG.md; do
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
