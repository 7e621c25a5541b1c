#!/usr/bin/env bash
# The size of the source: files, lines and the longest file of each crate and of all, and the median file length.
# Counts the lines of the Rust files that git knows. A file belongs to the nearest directory above it with a Cargo.toml.
set -euo pipefail
cd "$(dirname "$0")/.."
lengths=$(mktemp)
trap 'rm -f "$lengths"' EXIT

git ls-files -z '*.rs' | xargs -0 wc -l | awk '$2 != "total" { print $1, $2 }' | sort -n >"$lengths"
git ls-files '*Cargo.toml' | awk '
  NR == FNR { sub(/\/?Cargo.toml$/, ""); crate[$0]; next }
  {
    # Files come sorted by length, so the last one of a crate is its longest.
    at = $2
    while (sub(/\/?[^\/]*$/, "", at) && !(at in crate)) { }
    name = at == "" ? "." : at
    files[name]++; lines[name] += $1; longest[name] = $1 "  " $2
    if ($2 ~ /(^|\/)(tests|benches)\//) tests[name] += $1
  }
  END { for (name in files) printf "%-24s %6d %8d %8d  %s\n", name, files[name], lines[name], tests[name], longest[name] }
' - "$lengths" | sort | {
  printf '%-24s %6s %8s %8s  %s\n' crate files lines 'in tests' 'longest file'
  cat
}
awk '{ length_of[NR] = $1; all += $1; last = $1 " lines (" $2 ")" }
  END { printf "all: %d files, %d lines\nmedian file: %d lines\nlongest file: %s\n", NR, all, length_of[int((NR + 1) / 2)], last }' "$lengths"
