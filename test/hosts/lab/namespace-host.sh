#!/bin/bash
# namespace-host.sh RUN TREE NAME: runs as PID 1 of new namespaces, puts the mounts together and becomes systemd.
# The memory controller is the machine's own (cgroup v1); the kernel log is the machine's own too.
set -euo pipefail
run=$1 tree=$2 name=$3
root=$run/merged

mount --make-rprivate /
mkdir -p "$run"/{upper,work,merged}
mount -t overlay overlay -o "lowerdir=$tree,upperdir=$run/upper,workdir=$run/work" "$root"
hostname "$name"
echo "$name" >"$root/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$name" >"$root/etc/hosts"
cp "$run/host_key" "$root/etc/ssh/ssh_host_ed25519_key"
cp "$run/host_key.pub" "$root/etc/ssh/ssh_host_ed25519_key.pub"
chmod 600 "$root/etc/ssh/ssh_host_ed25519_key"

mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
# systemd-sysctl must not write the machine's settings.
mount --bind "$root/proc/sys" "$root/proc/sys"
mount --bind "$root/proc/sys/net" "$root/proc/sys/net"
mount -o remount,bind,ro "$root/proc/sys"
if [ -e "$root/proc/sysrq-trigger" ]; then
  mount --bind "$root/proc/sysrq-trigger" "$root/proc/sysrq-trigger"
  mount -o remount,bind,ro "$root/proc/sysrq-trigger"
fi
mount -t sysfs -o nosuid,nodev,noexec,ro sysfs "$root/sys"

# Mounted inside the new cgroup namespace, so that systemd sees itself at the root of each hierarchy.
mount -t tmpfs -o mode=755,nosuid,nodev,noexec tmpfs "$root/sys/fs/cgroup"
for controller in $LAB_CONTROLLERS; do
  mkdir "$root/sys/fs/cgroup/$controller"
  mount -t cgroup -o "$controller" cgroup "$root/sys/fs/cgroup/$controller"
done
mkdir "$root/sys/fs/cgroup/systemd" "$root/sys/fs/cgroup/unified"
mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/unified"

mount -t tmpfs -o mode=755,size=16m tmpfs "$root/dev"
for device in null zero full random urandom tty kmsg; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for stream in stdin:0 stdout:1 stderr:2; do ln -s "/proc/self/fd/${stream#*:}" "$root/dev/${stream%:*}"; done
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"

cd "$root"
mkdir -p mnt/.old
pivot_root . mnt/.old
umount -l /mnt/.old
exec </dev/null
# systemd 256 and later refuse cgroup v1 unless told otherwise; older ones ignore the switch.
exec /usr/bin/env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
  /usr/bin/setpriv --bounding-set=-sys_module,-sys_time,-sys_rawio,-sys_boot \
  /lib/systemd/systemd --system --log-target=journal --show-status=false \
  SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1 systemd.unified_cgroup_hierarchy=0
