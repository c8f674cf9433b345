# The processes and the memory of a unit, by its cgroup.

# CGROUP is systemd's ControlGroup: a path below the mount, "/system.slice/app.service".
process_check_cgroup() {
  case $1 in
    / | *..* | *[!A-Za-z0-9_./:@\\-]*) ;;
    /*) return 0 ;;
  esac
  complain "\"$1\" is no cgroup of a unit."
  return 64
}

# process_directory CGROUP FILE: where a hierarchy holds that file of the cgroup. Hybrid hosts keep memory in
# version 1 and the processes in version 2 as well.
process_directory() {
  for process_mount in /sys/fs/cgroup/memory /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
    if [ -e "$process_mount$1/$2" ]; then
      printf '%s' "$process_mount$1"
      return 0
    fi
  done
  return 1
}

ask_cgroup_memory() {
  process_check_cgroup "$1" || return
  process_dir=$(process_directory "$1" cgroup.procs) || {
    complain "There is no cgroup $1: the unit is not running, or this is not its host."
    return 69
  }
  process_memory=$(process_directory "$1" memory.usage_in_bytes || process_directory "$1" memory.current) || process_memory=
  if [ -n "$process_memory" ]; then
    # memory.stat and numa_stat are long and nothing is read from them.
    (
      cd "$process_memory" && grep -aH '' memory.current memory.peak memory.min memory.low memory.high memory.max \
        memory.events memory.events.local memory.oom.group memory.pressure memory.swap.current memory.swap.max \
        memory.swap.events memory.usage_in_bytes memory.max_usage_in_bytes memory.limit_in_bytes memory.failcnt \
        memory.oom_control memory.soft_limit_in_bytes memory.memsw.usage_in_bytes memory.memsw.limit_in_bytes \
        memory.memsw.failcnt 2>/dev/null
    )
  fi
  process_of_cgroup "$process_dir" | sed 's/^/cgroup.procs:/'
  if [ -n "$process_memory" ]; then return 0; fi
  complain "The cgroup $1 has no memory files: memory accounting is off for it (MemoryAccounting=)."
  return 1
}

# Its own processes and those of cgroups that the unit made below (Delegate=).
process_of_cgroup() {
  cat "$1/cgroup.procs" "$1"/*/cgroup.procs 2>/dev/null
  # Most units have none below: that is no failure.
  return 0
}

# Processes of a cgroup; given a process id instead (no systemd), that process and its children.
process_list() {
  case $1 in
    /*)
      process_dir=$(process_directory "$1" cgroup.procs) || return 69
      process_of_cgroup "$process_dir"
      ;;
    *)
      echo "$1"
      cat /proc/[0-9]*/stat 2>/dev/null | "$staunch_awk" -v parent="$1" '{
        pid = $1
        # The name may hold spaces and brackets: the numbers begin behind the last bracket.
        sub(/^.*\) /, "")
        if ($2 == parent) print pid
      }'
      ;;
  esac
}

# Four processes for any number of workers: all files are read in one go and sorted out by the name in front.
ask_worker_table() {
  case $1 in
    /*) process_check_cgroup "$1" || return ;;
    *) check_pid "$1" || return ;;
  esac
  process_pids=$(process_list "$1") || {
    complain "There is no cgroup $1: the unit is not running, or this is not its host."
    return 69
  }
  set --
  for process_pid in $process_pids; do
    case $process_pid in *[!0-9]* | 0) continue ;; esac
    set -- "$@" "$process_pid"
    # More than this is no worker table any more, and the arguments of one command are limited.
    if [ $# -ge 500 ]; then complain 'More than 500 processes: only the first 500 are listed.'; break; fi
  done
  if [ $# -eq 0 ]; then complain 'The cgroup holds no process: the unit is not running.'; return 69; fi
  process_count=$#
  while [ "$process_count" -gt 0 ]; do
    process_pid=$1
    shift
    set -- "$@" "/proc/$process_pid/cmdline" "/proc/$process_pid/status" "/proc/$process_pid/stat"
    process_count=$((process_count - 1))
  done
  # With -z the arguments of a command line are its lines; status and stat hold no zero byte and stay whole.
  grep -azH '' "$@" 2>/dev/null | tr '\000' '\001' | "$staunch_awk" '
    # "/proc/7/cmdline:arg\001/proc/7/cmdline:arg\001/proc/7/status:Name: …\n…\n\001/proc/7/stat:7 (…) …\n\001"
    BEGIN { RS = "\001" }
    {
      if (!match($0, /^\n?\/proc\/[0-9]+\/(cmdline|status|stat):/)) next
      head = substr($0, RSTART, RLENGTH - 1); text = substr($0, RLENGTH + 1)
      split(substr(head, index(head, "/proc/") + 6), part, "/")
      pid = part[1]
      if (!(pid in seen)) { seen[pid] = 1; order[++n] = pid }
      if (part[2] == "cmdline") {
        gsub(/[\n\t]/, " ", text)
        command[pid] = command[pid] text " "
      } else if (part[2] == "stat") {
        gsub(/\n/, "", text)
        stat[pid] = text
      } else {
        lines = split(text, line, "\n")
        for (i = 1; i <= lines; i++)
          if (line[i] ~ /^(Name|State|Tgid|Pid|PPid|Uid|NSpid|VmPeak|VmHWM|VmRSS|RssAnon|RssFile|RssShmem|VmSwap|Threads):/)
            status[pid] = status[pid] line[i] "\n"
      }
    }
    END {
      for (i = 1; i <= n; i++) {
        pid = order[i]
        # A process that ended meanwhile.
        if (stat[pid] == "" || status[pid] == "") continue
        print "### " pid
        print command[pid]
        printf "%sstat %s\n", status[pid], stat[pid]
      }
    }'
}
