#!/usr/bin/env bash
# Makes a release archive: dist/infra-VERSION-TARGET.tar.gz and its SHA-256 sum beside it. The archive holds the stripped
# binary, the manual pages, completions for bash, zsh and fish, the licence and both READMEs, laid out as they are
# installed: `tar -xzf ARCHIVE --strip-components=1 -C /usr/local`.
#
#   tools/package.sh                   builds the release binary first
#   tools/package.sh path/to/infra     packages a binary that was built already
#
# The same binary gives the same archive: files are sorted, owned by nobody in particular and dated by the commit.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -gt 0 ]; then
  binary=$1
else
  cargo build --release --locked
  binary=${CARGO_TARGET_DIR:-target}/release/infra
fi
version=$("$binary" version | awk 'NR == 1 { sub(/,$/, "", $2); print $2 }')
target=$(rustc -vV | awk '$1 == "host:" { print $2 }')
name=infra-$version-$target
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/$name

install -D -m 755 "$binary" "$tree/bin/infra"
strip "$tree/bin/infra"
infra=$tree/bin/infra

mkdir -p "$tree/share/man/man1"
"$infra" --quiet man "$tree/share/man/man1"
gzip -9 -n "$tree"/share/man/man1/*.1

completion() { # SHELL FILE
  mkdir -p "$(dirname "$tree/share/$2")"
  "$infra" completions "$1" >"$tree/share/$2"
}
completion bash bash-completion/completions/infra
completion zsh zsh/site-functions/_infra
completion fish fish/vendor_completions.d/infra.fish

install -D -m 644 -t "$tree/share/doc/infra" README.md README.zh-CN.md LICENSE*

mkdir -p dist
archive=dist/$name.tar.gz
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(git log -1 --format=%ct)" \
  -C "$work" -c "$name" | gzip -9 -n >"$archive"
(cd dist && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
du -h "$archive" | cut -f1 | sed "s|\$| $archive|"
