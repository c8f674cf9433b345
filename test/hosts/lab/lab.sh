#!/bin/bash
# lab.sh: real hosts (systemd, journald, sshd, NGINX, Gunicorn) for the acceptance tests and for trying things out.
#   lab.sh check ns|uml            says why this machine cannot run such hosts (exit 1), or nothing (exit 0)
#   lab.sh build [ns|uml]          makes the root tree (uml: and the image) if it is not there yet
#   lab.sh up ns|uml NAME...       boots hosts and waits until each answers; prints NAME ADDRESS SECONDS
#   lab.sh address NAME            lab.sh ssh NAME COMMAND...     as root, for set-up (LAB_USER=readonly|limited)
#   lab.sh exec COMMAND...         runs COMMAND inside the lab's network, the only place the hosts can be reached from
#   lab.sh load NAME PATH [-n REQUESTS] [-c AT_ONCE] [-r PER_SECOND] [-s MAX_SECONDS]
#   lab.sh status                  lab.sh down [NAME...]          without names: everything, the network too
# ns:  namespaces and overlayfs on this machine's kernel: cgroup v1, the kernel log is shared. About 2 s.
# uml: User Mode Linux: a kernel of its own with cgroup v2 and a kernel log of its own. About 20 s.
# Everything lives in one network namespace of its own; a host ends by itself after LAB_LIFETIME seconds.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
lab_home=${STAUNCH_LAB_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/staunch-lab}
runs=$lab_home/run network=staunch-lab bridge=lab0 prefix=10.213.0
dist=${LAB_DIST:-bookworm} memory=${LAB_MEMORY:-512M} host_memory=${LAB_HOST_MEMORY:-8G} lifetime=${LAB_LIFETIME:-3600}
controllers='cpu cpuacct cpuset memory devices freezer blkio pids'
die() { echo "lab.sh: $*" >&2; exit 1; }

check() { # MODE: prints each reason why hosts of that mode cannot run here
  local tool missing=()
  [ "$(id -u)" = 0 ] || echo 'not root'
  for tool in mmdebstrap ip ssh ssh-keygen flock setsid timeout unshare apt-get python3; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  case $1 in
    ns)
      for tool in memory pids systemd unified; do
        [ -d "/sys/fs/cgroup/$tool" ] || { echo "cgroup v1 with $tool is not mounted at /sys/fs/cgroup"; break; }
      done
      grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null || echo 'the kernel has no overlayfs'
      [ -c /dev/kmsg ] || echo '/dev/kmsg is missing' ;;
    uml)
      for tool in linux.uml mkfs.ext4; do command -v "$tool" >/dev/null || missing+=("$tool"); done
      [ -c /dev/net/tun ] || echo '/dev/net/tun is missing' ;;
    *) die "mode is ns or uml, not $1" ;;
  esac
  [ ${#missing[@]} = 0 ] || echo "not installed: ${missing[*]}"
}

tree_for() { # MODE
  case $1 in
    ns) "$here/root-tree.sh" "$lab_home" "$dist" ;;
    uml) "$here/root-tree.sh" "$lab_home" "$dist" --image ;;
    *) die "mode is ns or uml, not $1" ;;
  esac
}

host_names() { [ ! -d "$runs" ] || find "$runs" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort; }
in_network() { ip netns exec "$network" "$@"; }
address_of() { cat "$runs/$1/address" 2>/dev/null || die "no host is called $1; see lab.sh status"; }

# A pid alone may be somebody else's by now: pid and start time together are one process.
started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
keep_pid() { echo "$1 $(started_at "$1")" >"$2"; }
runs_still() { # NAME
  local pid started
  read -r pid started 2>/dev/null <"$runs/$1/pid" || return 1
  [ -n "$started" ] && [ "$(started_at "$pid")" = "$started" ]
}

open_network() {
  [ -e "/run/netns/$network" ] && return
  ip netns add "$network"
  ip -n "$network" link set lo up
  ip -n "$network" link add "$bridge" type bridge
  ip -n "$network" address add "$prefix.1/16" dev "$bridge"
  ip -n "$network" link set "$bridge" up
}

free_address() {
  local last taken
  taken=$(cat "$runs"/*/address 2>/dev/null || true)
  for ((last = 11; last < 250; last++)); do
    grep -qxF "$prefix.$last" <<<"$taken" || { echo "$prefix.$last"; return; }
  done
  die 'all addresses are taken'
}

boot_ns() { # NAME TREE
  local name=$1 tree=$2 run=$runs/$1
  ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$run/host_key"
  ip netns add "$network-$name"
  ip -n "$network" link add "v-$name" type veth peer name eth0 netns "$network-$name"
  ip -n "$network" link set "v-$name" master "$bridge" up
  ip -n "$network-$name" address add "$(address_of "$name")/16" dev eth0
  ip -n "$network-$name" link set eth0 up
  ip -n "$network-$name" link set lo up
  (
    for controller in $controllers systemd unified; do
      group=/sys/fs/cgroup/$controller
      [ -d "$group" ] || continue
      mkdir -p "$group/staunch-lab/$name"
      if [ "$controller" = cpuset ]; then
        for inner in "$group/staunch-lab" "$group/staunch-lab/$name"; do
          cat "$group/cpuset.cpus" >"$inner/cpuset.cpus"
          cat "$group/cpuset.mems" >"$inner/cpuset.mems"
        done
      fi
      if [ "$controller" = memory ]; then echo "$host_memory" >"$group/staunch-lab/$name/memory.limit_in_bytes"; fi
      echo "$BASHPID" >"$group/staunch-lab/$name/cgroup.procs"
    done
    mounted=''
    for controller in $controllers; do [ -d "/sys/fs/cgroup/$controller" ] && mounted+="$controller "; done
    export LAB_CONTROLLERS=$mounted
    exec setsid timeout -s KILL "$lifetime" ip netns exec "$network-$name" \
      unshare --pid --mount --uts --ipc --cgroup --fork --kill-child "$here/namespace-host.sh" "$run" "$tree" "$name"
  ) >"$run/console.log" 2>&1 </dev/null 9>&- &
  keep_pid $! "$run/pid"
}

boot_uml() { # NAME IMAGE
  local name=$1 image=$2 run=$runs/$1
  cp "${image%.ext4}/etc/ssh/ssh_host_ed25519_key.pub" "$run/host_key.pub"
  ip -n "$network" tuntap add dev "v-$name" mode tap
  ip -n "$network" link set "v-$name" master "$bridge" up
  # Guest memory is a file in TMPDIR: it must not be on a disk. The pid namespace holds all processes of the guest
  # together: they leave its session and would outlive it.
  TMPDIR=/dev/shm setsid timeout -s KILL "$lifetime" ip netns exec "$network" \
    unshare --pid --mount-proc --fork --kill-child sh -c '"$@"; exit $?' sh \
    linux.uml mem="$memory" ubd0="$run/cow,$image" root=/dev/ubda rw con=null con0=null,fd:1 \
    vec0:transport=tap,ifname="v-$name" umid="$name" uml_dir="$run/" systemd.hostname="$name" \
    lab.address="$(address_of "$name")/16" panic=1 >"$run/console.log" 2>&1 </dev/null 9>&- &
  keep_pid $! "$run/pid"
}

login() { # NAME COMMAND...
  local name=$1 user=${LAB_USER:-root} key=reader
  shift
  [ "$user" = root ] && key=setup
  in_network ssh -F none -i "$lab_home/keys/$key" -o IdentitiesOnly=yes -o BatchMode=yes -o LogLevel=ERROR \
    -o UserKnownHostsFile="$runs/$name/known_hosts" -o StrictHostKeyChecking=yes \
    -o ConnectTimeout="${LAB_CONNECT_SECONDS:-10}" "$user@$(address_of "$name")" "$@"
}

await() { # NAME BEGAN-MS
  local deadline=$(($(date +%s) + 150))
  until LAB_CONNECT_SECONDS=2 login "$1" systemctl is-active -q checkout nginx 2>/dev/null; do
    runs_still "$1" || die "$1 died while booting, see $runs/$1/console.log"
    [ "$(date +%s)" -lt "$deadline" ] || die "$1 does not answer after 150 s, see $runs/$1/console.log"
    sleep 0.2
  done
  echo "$1 $(address_of "$1") $((($(date +%s%N) / 1000000 - $2 + 50) / 100))" | sed 's/\(.\)$/.\1/; s/ \.\(.\)$/ 0.\1/'
}

up() { # MODE NAME...
  local mode=$1 name reasons base began
  shift
  reasons=$(check "$mode")
  [ -z "$reasons" ] || die "$mode hosts cannot run here: ${reasons//$'\n'/; }"
  base=$(tree_for "$mode")
  began=$(($(date +%s%N) / 1000000))
  mkdir -p "$runs"
  exec 9>"$lab_home/up.lock"
  flock 9
  open_network
  for name in "$@"; do
    [[ $name =~ ^[a-z][a-z0-9]{0,9}$ ]] || die "a host's name is up to 10 of a-z and 0-9, not '$name'"
    if [ -d "$runs/$name" ]; then
      runs_still "$name" && continue
      remove "$name"
    fi
    mkdir -p "$runs/$name"
    free_address >"$runs/$name/address"
    echo "$mode" >"$runs/$name/mode"
    "boot_$mode" "$name" "$base"
    echo "$(address_of "$name") $(cut -d' ' -f1,2 "$runs/$name/host_key.pub")" >"$runs/$name/known_hosts"
  done
  flock -u 9
  for name in "$@"; do await "$name" "$began"; done
}

remove() { # NAME
  local name=$1 pid group try
  if runs_still "$name"; then
    read -r pid _ <"$runs/$name/pid"
    kill -KILL -- "-$pid" 2>/dev/null || true
    for ((try = 0; try < 50; try++)); do runs_still "$name" || break; sleep 0.1; done
  fi
  ip netns delete "$network-$name" 2>/dev/null || true
  ip -n "$network" link delete "v-$name" 2>/dev/null || true
  for ((try = 0; try < 50; try++)); do
    # Groups of a host that was just killed stay busy for a moment.
    for group in /sys/fs/cgroup/*/staunch-lab/"$name"; do
      if [ -d "$group" ]; then find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null || true; fi
    done
    compgen -G "/sys/fs/cgroup/*/staunch-lab/$name" >/dev/null || break
    sleep 0.1
  done
  rm -rf --one-file-system "${runs:?}/$name"
}

down() {
  local name group all
  if [ $# = 0 ]; then mapfile -t all < <(host_names); set -- "${all[@]}"; fi
  for name in "$@"; do [ -d "$runs/$name" ] && remove "$name" & done
  wait
  # Not while another call boots the first host of a network.
  exec 9>"$lab_home/up.lock"
  flock 9
  [ -z "$(host_names)" ] || return 0
  ip netns delete "$network" 2>/dev/null || true
  for group in /sys/fs/cgroup/*/staunch-lab; do rmdir "$group" 2>/dev/null || true; done
}

status() {
  local name state
  for name in $(host_names); do
    runs_still "$name" && state=runs || state=dead
    echo "$name $(address_of "$name") $(cat "$runs/$name/mode") $state"
  done
}

verb=${1:-help}
shift || true
case $verb in
  check) reasons=$(check "$1"); [ -z "$reasons" ] || { echo "$reasons"; exit 1; } ;;
  build) tree_for "${1:-ns}" ;;
  up) up "$@" ;;
  down) down "$@" ;;
  status) status ;;
  address) address_of "$1" ;;
  ssh) login "$@" ;;
  exec) exec ip netns exec "$network" "$@" ;;
  load) name=$1 path=$2; shift 2; in_network "$here/load.py" "http://$(address_of "$name")$path" "$@" ;;
  *) sed -n '2,14s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" ;;
esac
