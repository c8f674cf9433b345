# The host itself: its clock and zone, its memory, its sockets, its versions and what changed lately.

ask_clock() {
  # busybox has no %N and prints it as it stands: then the second is all there is.
  host_now=$(date '+%s.%N %z')
  host_epoch=${host_now%% *}
  case $host_epoch in *[!0-9.]*) host_epoch=${host_epoch%%.*} ;; esac
  echo "epoch=$host_epoch"
  host_zone=$(readlink -f /etc/localtime 2>/dev/null)
  case $host_zone in
    */zoneinfo/*) host_zone=${host_zone#*/zoneinfo/}; host_zone=${host_zone#posix/}; host_zone=${host_zone#right/} ;;
    *)
      # A copied file has lost its name.
      host_zone=
      if [ -r /etc/timezone ]; then IFS= read -r host_zone </etc/timezone; fi
      if [ -z "$host_zone" ] && [ ! -e /etc/localtime ]; then host_zone=UTC; fi
      ;;
  esac
  if [ -n "$host_zone" ]; then echo "zone=$host_zone"; fi
  echo "utc_offset=${host_now##* }"
  "$staunch_awk" '$1 == "btime" { print "boot_epoch=" $2 }' /proc/stat 2>/dev/null
  return 0
}

ask_host_memory() {
  if ! cat /proc/meminfo; then return 1; fi
  # PSI may be switched off in the kernel: reading the file then fails.
  sed 's/^/pressure:/' /proc/pressure/memory 2>/dev/null
  grep -E '^(oom_kill|pgmajfault|pswpin|pswpout|allocstall) ' /proc/vmstat 2>/dev/null | sed 's/^/vmstat:/'
  return 0
}

# Recv-Q of a listening socket is its accept queue. /proc/net/unix does not tell it, only ss does.
ask_accept_queue() {
  if ! have ss; then
    complain 'ss (package iproute2) is not installed: how many connections wait to be accepted cannot be seen.'
    return 69
  fi
  ss -xl && ss -tln
}

# host_gunicorn_prefix PID: where the Gunicorn of that master is installed (/usr, /srv/app/venv), as its command
# line says: its script, or the interpreter of `python -m gunicorn`. Looking through all processes for it would
# cost more than all the rest on a busy server.
host_gunicorn_prefix() {
  if [ -z "${1-}" ] || ! check_pid "$1"; then return 0; fi
  tr '\000' '\n' <"/proc/$1/cmdline" 2>/dev/null | sed -nE '1,3s:^(/.*)/bin/(python[0-9.]*|gunicorn3?)$:\1:p'
}

# The version stands in the name of the package's metadata: nothing of the application is run for it.
host_gunicorn_version() {
  for host_prefix in $(host_gunicorn_prefix "${1-}") /usr /usr/local; do
    for host_meta in "$host_prefix"/lib/python3*/*-packages/gunicorn-*-info "$host_prefix"/lib64/python3*/*-packages/gunicorn-*-info \
      "$host_prefix"/local/lib/python3*/*-packages/gunicorn-*-info; do
      if [ ! -e "$host_meta" ]; then continue; fi
      host_meta=${host_meta##*/gunicorn-}
      host_meta=${host_meta%.*-info}
      echo "gunicorn (version ${host_meta%%-py*})"
      return 0
    done
  done
  return 1
}

ask_versions() {
  uname -a
  if have systemctl; then systemctl --version; fi
  if have nginx; then nginx -v 2>&1; fi
  if ! host_gunicorn_version "${1-}" && have gunicorn && have timeout; then timeout 2 gunicorn --version; fi
  if have python3; then python3 --version 2>&1; fi
  return 0
}

host_packages='nginx|gunicorn|uvicorn|python3|libpython3|systemd|libc6|glibc|openssl|linux-image|kernel'

# dpkg.log and pacman.log, as "EPOCH TAB text". dpkg prints local time.
host_package_log() {
  cat -- "$@" 2>/dev/null | grep -aE "($host_packages)" | "$staunch_awk" -v from="$host_from" -v to="$host_to" \
    -v zone_from="$(log_zone "$host_from")" -v zone_to="$(log_zone "$host_to")" -v slack=0 "$log_stamp_awk"'
    function told(at, text) { if (at >= from && at <= to) print at "\t" text }
    # 2026-11-22 10:13:09 upgrade nginx:amd64 1.22.1-9 1.22.1-10
    $3 == "upgrade" || $3 == "install" || $3 == "remove" {
      kind = 1
      told(stamp_time(substr($0, 1, 19)) - z_to, $3 " " $4 " " $5 ($3 == "upgrade" ? " -> " $6 : ""))
    }
    # [2026-11-22T10:13:09+0000] [ALPM] upgraded nginx (1.26-1 -> 1.28-1)
    $2 == "[ALPM]" { kind = 3; told(stamp_time(substr($1, 2, length($1) - 2)), substr($0, index($0, "[ALPM]") + 7)) }'
}

ask_recent_changes() {
  check_unit "$1" && check_window "$2" "$3" || return
  host_from=$2; host_to=$3
  {
    host_package_log /var/log/dpkg.log.1 /var/log/dpkg.log /var/log/pacman.log
    if have rpm; then
      # Asking for names is cheap; listing all packages by date is not.
      rpm -q --qf '%{INSTALLTIME}\tinstalled %{NAME} %{VERSION}-%{RELEASE}\n' nginx python3-gunicorn python3 python3-libs \
        systemd glibc openssl kernel kernel-core 2>/dev/null
    fi
    {
      if have systemctl; then
        systemctl show -p FragmentPath -p DropInPaths -p EnvironmentFiles -- "$1" 2>/dev/null |
          sed 's/^[A-Za-z]*=//; s/ (ignore_errors=[a-z]*)//' | tr ' ' '\n'
      fi
      printf '%s\n' /etc/nginx/nginx.conf /etc/nginx/conf.d/*.conf /etc/nginx/sites-enabled/*
      for host_prefix in $(host_gunicorn_prefix "${4-}"); do
        printf '%s\n' "$host_prefix"/lib/python3*/*-packages/gunicorn-*-info
      done
    } | while IFS= read -r host_file; do
      if [ -e "$host_file" ]; then printf '%s\n' "$host_file"; fi
    done | tr '\n' '\000' | xargs -0 -r stat -L -c '%Y	%n was changed' -- 2>/dev/null
  } | "$staunch_awk" -F'\t' -v from="$host_from" -v to="$host_to" '$1 >= from && $1 <= to && !seen[$0]++' | sort -n
  return 0
}
