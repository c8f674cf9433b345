# What this user may read, and what to do where it may not: the checks of `staunch doctor`.

# access_check NAME COMMAND...: the command's status and first complaint become one line.
access_check() {
  access_name=$1
  shift
  access_said=$("$@" 2>&1 >/dev/null)
  case $? in
    0) access_state=ok ;;
    69) access_state=absent ;;
    # Denied in part is a gap too.
    *) access_state=denied ;;
  esac
  access_line "$access_name" "$access_state" "$access_said"
}

# access_line NAME STATE DETAIL
access_line() {
  printf 'check\t%s\t%s\t%s\n' "$1" "$2" "$(printf '%s' "$3" | tr '\n\t' '  ')"
}

access_kernel() {
  if have journalctl && journal_access 2>/dev/null &&
    [ -n "$(journalctl -q --no-pager -n 1 -o cat _TRANSPORT=kernel 2>/dev/null)" ]; then return 0; fi
  for access_file in /var/log/kern.log /var/log/messages; do
    if [ -r "$access_file" ]; then return 0; fi
  done
  access_dmesg && return 0
  if [ "$(cat /proc/sys/kernel/dmesg_restrict 2>/dev/null)" = 1 ]; then
    complain "Neither the journal nor dmesg shows kernel lines. Fix: usermod -aG systemd-journal $(id -un)."
    return 77
  fi
  complain 'No kernel log can be seen here.'
  return 69
}

access_dmesg() {
  if ! have dmesg; then complain 'dmesg is not installed.'; return 69; fi
  if dmesg >/dev/null 2>&1; then return 0; fi
  complain 'dmesg is kept for root (kernel.dmesg_restrict=1). The journal is the better source anyway.'
  return 77
}

# The unit's cgroup and processes are open to everyone unless /proc is mounted with hidepid.
access_cgroup() {
  if [ -z "$access_group" ]; then complain "$1 has no cgroup: it is not running."; return 69; fi
  process_directory "$access_group" cgroup.procs >/dev/null || { complain "There is no cgroup $access_group."; return 69; }
}

access_processes() {
  if [ "${access_pid:-0}" -le 1 ]; then complain "$1 has no main process: it is not running."; return 69; fi
  if [ -r "/proc/$access_pid/status" ]; then return 0; fi
  complain "Process $access_pid is hidden from user $(id -un): /proc is mounted with hidepid."
  return 77
}

access_environment() {
  access_processes "$1" || return
  if [ -r "/proc/$access_pid/environ" ] && tr -d '\000' <"/proc/$access_pid/environ" >/dev/null 2>&1; then return 0; fi
  complain "The environment of process $access_pid is closed: GUNICORN_CMD_ARGS and WEB_CONCURRENCY are not known."
  return 77
}

ask_access() {
  check_unit "$1" || return
  access_line user ok "$(id)"
  access_check journal journal_access
  access_check kernel-log access_kernel
  access_check dmesg access_dmesg
  access_check systemd need_systemd
  access_group=; access_pid=0
  if have systemctl; then
    access_group=$(systemctl show -p ControlGroup -- "$1" 2>/dev/null); access_group=${access_group#ControlGroup=}
    access_pid=$(systemctl show -p MainPID -- "$1" 2>/dev/null); access_pid=${access_pid#MainPID=}
    case $access_pid in '' | *[!0-9]*) access_pid=0 ;; esac
  fi
  access_check cgroup access_cgroup "$1"
  access_check process-table access_processes "$1"
  access_check gunicorn-environment access_environment "$1"
  access_check nginx-config ask_nginx_config
  # Every log file that the readable configuration names; without one, the usual places.
  access_logs=$(ask_nginx_config 2>/dev/null | sed -nE 's/^[^#]*(access|error)_log[[:space:]]+"?(\/[^;"[:space:]]+).*$/\2/p' | sort -u | head -n 40)
  if [ -z "$access_logs" ]; then access_logs='/var/log/nginx/access.log /var/log/nginx/error.log'; fi
  for access_file in $access_logs; do
    case $access_file in
      /dev/*) continue ;;
      *error*) access_name=nginx-error-log ;;
      *) access_name=nginx-access-log ;;
    esac
    access_said=$(why_unreadable "$access_file" 2>&1)
    case $? in
      0) access_line "$access_name" ok "$access_file" ;;
      77) access_line "$access_name" denied "$access_said" ;;
      *) access_line "$access_name" absent "$access_said" ;;
    esac
  done
  return 0
}
