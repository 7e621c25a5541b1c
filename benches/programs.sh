# The programs that are measured; sourced by the scripts beside it.

# write_values N DIRECTORY: N values without a cloud, each the value of the one before it, in chains of ten, so that
# there is a graph and not only a list.
write_values() {
  mkdir -p "$2"
  seq "$1" | awk '{ input = $1 % 10 == 1 ? $1 : "v" $1 - 1 ".output"
    printf "std.value v%d { input = %s }\n", $1, input }' >"$2/main.infra"
}

# write_servers N DIRECTORY: N servers of `std.server` with a disk or two each, a security group for every ten of them,
# in files of 25, and the network they are in.
write_servers() {
  mkdir -p "$2"
  cat >"$2/network.infra" <<'END'
use std.server

provider aws { region = "us-west-2", quotas = { addresses = 200 } }

aws.vpc office { range = 10.48.0.0/16 }

aws.subnet inside { vpc = office, zone = "us-west-2a", range = 10.48.0.0/17 }
aws.subnet edge { vpc = office, zone = "us-west-2a", range = 10.48.128.0/17 }
aws.internet_gateway door { vpc = office }
aws.route_table edge_routes { vpc = office, routes = [{ to = internet, via = door }], subnets = [edge] }
aws.key_pair operators { public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJmX2cQ0l8Vb5k5gB0rmg8f6o8b2l3Gd9c5n3o0l8aaa ops" }
END
  seq 0 $(($1 - 1)) | awk -v dir="$2" '
    BEGIN { split("2 4GiB 4 8GiB 2 8GiB 8 16GiB 4 16GiB", sizes, " ") }
    {
      file = sprintf("%s/servers_%03d.infra", dir, int($1 / 25)); group = int($1 / 10); at = $1 % 5 * 2
      if ($1 % 10 == 0) {
        printf "/// The group of ten servers.\naws.security_group group_%d {\n  vpc         = office\n", group >file
        printf "  description = \"group %d\"\n  allow       = [{ from = internet, ports = [tcp/80, tcp/443] }, ", group >file
        print "{ from = office.range, ports = [tcp/22] }]\n}\n" >file
      }
      disks = sprintf("data = { size = %dGiB, mount = \"/data\" }", 20 + $1 % 7 * 10)
      if ($1 % 2 == 0) disks = disks ", logs = { size = 10GiB, mount = \"/logs\" }"
      printf "/// Server number %d.\nserver server_%d {\n  name   = \"SERVER-%d\"\n", $1, $1, $1 >file
      printf "  cpu    = %s\n  ram    = %s\n", sizes[at + 1], sizes[at + 2] >file
      printf "  image  = \"ami-0123456789abcdef0\"\n  subnet = %s\n", $1 % 10 == 3 ? "edge" : "inside" >file
      printf "  groups = [group_%d]\n  key    = operators\n  disks  = { %s }\n", group, disks >file
      if ($1 % 10 == 3) print "  public = true" >file
      print "}\n" >file
    }'
}
