# What all verbs share: plain output of every tool, checks of arguments, and saying why nothing was read.
# Exit status of a verb: 0 answered, 1 failed or answered in part, 64 wrong arguments, 69 not there,
# 77 not allowed.

# Byte-wise and English: stamps are compared as bytes, and messages are matched by their English text.
LC_ALL=C
LANG=C
SYSTEMD_COLORS=0
SYSTEMD_PAGER=
export LC_ALL LANG SYSTEMD_COLORS SYSTEMD_PAGER
# mawk reads logs about twice as fast as gawk and ten times as fast as busybox.
if command -v mawk >/dev/null 2>&1; then staunch_awk='mawk'; else staunch_awk='awk'; fi

# Verbs whose answers cannot grow large, or are bounded by what writes them: see serve_brief.
serve_short='watch-sample clock unit-state unit-files cgroup-memory accept-queue host-memory versions recent-changes error-log access-log'

# What went wrong, for the person who reads the diagnosis.
complain() { printf '%s\n' "$*" >&2; }

have() { command -v "$1" >/dev/null 2>&1; }

# Names systemd itself would accept; a leading dash would be read as an option.
check_unit() {
  case $1 in
    '' | -* | *[!A-Za-z0-9:_.@\\-]*) complain "\"$1\" is no name of a systemd unit."; return 64 ;;
  esac
}

# Epoch seconds: at most 11 digits, so that every shell can calculate with them.
check_window() {
  for staunch_instant in "$1" "$2"; do
    case $staunch_instant in
      '' | *[!0-9]* | ????????????*) complain "\"$staunch_instant\" is no epoch second."; return 64 ;;
    esac
  done
}

# Absolute, without "..", on one line: what the nginx configuration may name as a log.
check_path() {
  case $1 in
    *'
'* | */../* | */..) complain "Not a path to read: \"$1\"."; return 64 ;;
    /*) ;;
    *) complain "\"$1\" is no absolute path."; return 64 ;;
  esac
}

# Process ids as systemd prints them; 0 and 1 are never an application.
check_pid() {
  case $1 in
    '' | *[!0-9]* | 0 | 1 | ?????????*) complain "\"$1\" is no process id of a service."; return 64 ;;
  esac
}

# Why a file cannot be opened. "No such file" behind a directory that may not be entered means "denied".
why_unreadable() {
  if [ -e "$1" ]; then
    if [ -r "$1" ]; then return 0; fi
    complain "$1: user $(id -un) may not read it. Add the user to the group of the file ($(stat -L -c '%U:%G %A' -- "$1" 2>/dev/null))."
    return 77
  fi
  staunch_dir=${1%/*}
  while [ -n "$staunch_dir" ] && [ ! -d "$staunch_dir" ]; do staunch_dir=${staunch_dir%/*}; done
  if [ -n "$staunch_dir" ] && [ ! -x "$staunch_dir" ]; then
    complain "$1: user $(id -un) may not enter $staunch_dir ($(stat -L -c '%U:%G %A' -- "$staunch_dir" 2>/dev/null))."
    return 77
  fi
  complain "$1: there is no such file."
  return 69
}

# Verbs about units need systemd; without it (container, supervisor) the answer is "not there", not silence.
need_systemd() {
  if [ -d /run/systemd/system ] && have systemctl; then return 0; fi
  complain 'systemd does not run here (a container, or another supervisor): there are no units to read.'
  return 69
}
