#!/usr/bin/env bash
# Counts the instructions of eight commands and compares them with the pinned counts in instructions.txt. Fails when a
# command takes over 5 % more, and also when it takes over 5 % less: pin the gain, so that its loss is seen.
#
#   cargo build --release --no-default-features -p infra && benches/instructions.sh
#   benches/instructions.sh --pin     pins what it finds
#
# Needs valgrind. Instructions, unlike times, do not depend on the load of the machine. They do depend on the compiler:
# a new one may need new pins.
set -euo pipefail
cd "$(dirname "$0")/.."
infra=$PWD/target/release/infra
pins=benches/instructions.txt
command -v valgrind >/dev/null || { echo "valgrind is not installed"; exit 1; }
source benches/programs.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export NO_COLOR=1

write_values 2000 "$work/values"
write_servers 100 "$work/servers"
cp -r examples/51desk "$work/51desk"
rm -rf "$work/51desk/.infra"

# count NAME ARGUMENTS...: runs infra and prints the name and the millions of instructions.
count() {
  local name=$1 log=$work/log
  shift
  if ! valgrind --tool=callgrind --callgrind-out-file=/dev/null "$infra" "$@" >"$work/out" 2>"$log"; then
    echo "failed: infra $*" >&2
    tail -n 20 "$log" >&2
    exit 1
  fi
  awk -v name="$name" '/Collected/ { printf "%-24s %8.1f\n", name, $4 / 1e6 }' "$log"
}

{
  count "check 51desk" check "$work/51desk"
  count "check 100 servers" check "$work/servers"
  count "check 2000 values" check "$work/values"
  count "fmt 2000 values" fmt "$work/values"
  count "plan 2000 values" plan "$work/values"
  count "apply 2000 values" apply "$work/values" --yes
  count "plan 2000, empty" plan "$work/values"
  count "list 2000 values" state list "$work/values"
} | tee "$work/found"

if [ "${1:-}" = --pin ]; then
  cp "$work/found" "$pins"
  exit
fi
awk '
  { name = $0; sub(/ +[0-9.]+$/, "", name) }
  NR == FNR { pinned[name] = $NF; next }
  !(name in pinned) { printf "%s is not pinned\n", name; bad = 1; next }
  { change = ($NF / pinned[name] - 1) * 100 }
  change > 5 || change < -5 {
    printf "%s takes %+.1f %% instructions: %s instead of %s million\n", name, change, $NF, pinned[name]
    bad = 1
  }
  END {
    if (bad) print "to accept these counts, run: benches/instructions.sh --pin"
    exit bad
  }' "$pins" "$work/found"
