#!/bin/bash
# root-tree.sh HOME [DIST] [--image]: a Debian root tree with the app, NGINX, sshd and the lab's users, built once;
# with --image also the ext4 image that hosts with their own kernel boot from. Prints the path of what it made.
# The result is named by a hash of everything that goes into it: a changed file here means a new tree.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lab_home=$1 dist=${2:-bookworm} image=${3:-}
packages=systemd,systemd-sysv,dbus,libpam-systemd,openssh-server,nginx,gunicorn,sudo,procps,iproute2,netbase

mkdir -p "$lab_home/keys"
exec 9>"$lab_home/build.lock"
flock 9
# `setup` is root, only for causing failures; `reader` is what Staunch signs in with.
for key in setup reader; do
  [ -f "$lab_home/keys/$key" ] || ssh-keygen -q -t ed25519 -N '' -C "lab $key" -f "$lab_home/keys/$key"
done
hash=$( (echo "$dist $packages"; cat "$here/root-tree.sh" "$lab_home"/keys/*.pub
  cd "$here/root"; find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) | sha256sum | cut -c1-12)
tree=$lab_home/tree-$dist-$hash

in_tree() { chroot "$tree.new" /usr/bin/env PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }

bootstrap() {
  local mirror
  mirror=$(apt-get indextargets --format '$(SITE)' "Codename: $dist" 'Created-By: Packages' | head -n 1)
  [ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -n 1)
  [ -n "$mirror" ] || { echo "root-tree.sh: apt knows no package source; run apt-get update" >&2; exit 1; }
  mmdebstrap --mode=root --variant=essential --include="$packages" --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' "$dist" "$tree.new" "$mirror" >"$tree.log" 2>&1 ||
    { tail -n 20 "$tree.log" >&2; echo "root-tree.sh: the tree could not be built, the whole log is $tree.log" >&2; exit 1; }
}

add_users() {
  in_tree useradd --system --home-dir /srv/checkout --shell /usr/sbin/nologin --gid www-data app
  in_tree useradd --create-home --shell /bin/bash --groups adm,systemd-journal readonly
  in_tree useradd --create-home --shell /bin/bash limited
  in_tree useradd --create-home --shell /bin/bash --groups sudo admin
  local user home key
  for user in root admin readonly limited; do
    home=$(in_tree getent passwd "$user" | cut -d: -f6) key=reader
    case $user in root | admin) key=setup ;; esac
    install -d -m 700 "$tree.new$home/.ssh"
    install -m 600 "$lab_home/keys/$key.pub" "$tree.new$home/.ssh/authorized_keys"
    in_tree chown -R "$user:" "$home/.ssh"
  done
}

settle() {
  local unit
  echo 'admin ALL=(ALL) NOPASSWD: ALL' >"$tree.new/etc/sudoers.d/admin"
  cp -a --no-preserve=ownership "$here/root/." "$tree.new/"
  ln -sf ../sites-available/checkout "$tree.new/etc/nginx/sites-enabled/default"
  in_tree systemctl enable --quiet checkout.service lab-address.service nginx.service ssh.service
  # What a host without hardware, console and hypervisor cannot use.
  for unit in getty.target console-getty.service remote-fs.target systemd-pstore.service systemd-firstboot.service \
    systemd-machine-id-commit.service systemd-timesyncd.service dev-hugepages.mount dev-mqueue.mount \
    sys-kernel-debug.mount sys-kernel-tracing.mount apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer; do
    ln -sf /dev/null "$tree.new/etc/systemd/system/$unit"
  done
  mkdir -p "$tree.new/var/log/journal"
  : >"$tree.new/etc/machine-id"
  : >"$tree.new/etc/fstab"
  echo 'nameserver 127.0.0.1' >"$tree.new/etc/resolv.conf"
  printf '127.0.0.1 localhost\n' >"$tree.new/etc/hosts"
  rm -f "$tree.new"/etc/ssh/ssh_host_*
  in_tree ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
  in_tree python3 -m compileall -q /srv/checkout
}

if [ ! -d "$tree" ]; then
  rm -rf "$tree.new"
  bootstrap
  add_users
  settle
  mv "$tree.new" "$tree"
  # Trees of other hashes are of no use any more, unless a host still stands on one.
  if [ -z "$(ls "$lab_home/run" 2>/dev/null)" ]; then
    for old in "$lab_home/tree-$dist"-*; do
      case $old in "$tree"*) ;; *) rm -rf --one-file-system "$old" ;; esac
    done
  fi
fi
if [ -n "$image" ]; then
  if [ ! -f "$tree.ext4" ]; then
    rm -f "$tree.ext4.new"
    truncate -s 1G "$tree.ext4.new"
    mkfs.ext4 -q -F -d "$tree" -L lab "$tree.ext4.new"
    mv "$tree.ext4.new" "$tree.ext4"
  fi
  echo "$tree.ext4"
else
  echo "$tree"
fi
