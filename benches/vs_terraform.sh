#!/usr/bin/env bash
# Wall seconds, CPU seconds and peak memory of check, plan, apply and an empty re-plan of N resources without a
# cloud: `std.value` here, `terraform_data` beside it where `terraform` is installed. Then a check of servers, for which
# Terraform would need a cloud's provider.
#
#   cargo build --release && benches/vs_terraform.sh [path/to/infra]
#
# SIZES="1000 4000 10000"  the numbers of resources; 100000 takes 4 GiB and, for Terraform, a LIMIT
# SERVERS=1000             how many servers
# RUNS=3                   runs of each command; the run of the median wall time is printed
# LIMIT=600                seconds a command may take; one that takes longer is ended, and what follows it left out
set -euo pipefail
infra=$(realpath "${1:-target/release/infra}")
sizes=${SIZES:-1000 4000 10000}
servers=${SERVERS:-1000}
runs=${RUNS:-3}
limit=${LIMIT:-600}
[ -x /usr/bin/time ] || { echo "skipped: GNU time (/usr/bin/time) is not installed"; exit 0; }
source "$(dirname "$0")/programs.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CHECKPOINT_DISABLE=1 NO_COLOR=1

# measure LABEL PREPARE COMMAND...: runs it $runs times, each after `eval PREPARE`, and prints one row. Status 1 when
# it took longer than the limit.
measure() {
  local label=$1 prepare=$2 log=$work/time status
  shift 2
  : >"$log"
  for _ in $(seq "$runs"); do
    eval "$prepare"
    status=0
    timeout --signal KILL "$limit" /usr/bin/time -a -o "$log" -f '%e %U %S %M' "$@" >"$work/out" 2>&1 || status=$?
    if ((status == 137)); then
      printf '  %-22s more than %s s\n' "$label" "$limit"
      return 1
    elif ((status)); then
      echo "failed: $*"; tail -n 20 "$work/out"; exit 1
    fi
  done
  sort -n "$log" | awk -v label="$label" '{ row[NR] = $0 }
    END { split(row[int((NR + 1) / 2)], f, " ")
          printf "  %-22s %8.2f s wall %8.2f s cpu %8.1f MiB\n", label, f[1], f[2] + f[3], f[4] / 1024 }'
}

ours() { # N
  local n=$1 dir=$work/infra$1
  write_values "$n" "$dir"
  measure "infra fmt" : "$infra" fmt "$dir" || return 0
  measure "infra check" : "$infra" check "$dir" || return 0
  measure "infra plan" : "$infra" plan "$dir" || return 0
  measure "infra apply" 'rm -f '"$dir"'/infra.state*' "$infra" apply "$dir" --yes || return 0
  measure "infra plan (empty)" : "$infra" plan "$dir" --detailed-exitcode || return 0
}

theirs() { # N
  local n=$1 dir=$work/terraform$1
  mkdir -p "$dir"
  seq "$n" | awk '{ input = $1 % 10 == 1 ? $1 : "terraform_data.v" $1 - 1 ".output"
    printf "resource \"terraform_data\" \"v%d\" { input = %s }\n", $1, input }' >"$dir/main.tf"
  terraform -chdir="$dir" init -input=false >/dev/null
  measure "terraform validate" : terraform -chdir="$dir" validate || return 0
  measure "terraform plan" : terraform -chdir="$dir" plan -input=false || return 0
  measure "terraform apply" 'rm -f '"$dir"'/terraform.tfstate*' \
    terraform -chdir="$dir" apply -input=false -auto-approve || return 0
  measure "terraform plan (empty)" : terraform -chdir="$dir" plan -input=false -detailed-exitcode || return 0
}

for n in $sizes; do
  echo "$n resources, median of $runs"
  ours "$n"
  if command -v terraform >/dev/null; then theirs "$n"; else echo "  skipped: terraform is not installed"; fi
done

echo "$servers servers, median of $runs"
write_servers "$servers" "$work/servers"
measure "infra check" : "$infra" check "$work/servers" || true
