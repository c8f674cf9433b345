# One minute of a unit for the watch, asked every minute of every server: so it costs as few processes as can be.
# One awk reads the processes, the memory and the new lines of the first log. What must be remembered until the
# next minute (how far a log was read) the client remembers, and says it again.

# Most that is read of one log in one minute. Of more, the newest.
watch_log_bytes=8388608
watch_processes=500
watch_mounts='/sys/fs/cgroup/memory /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd'

# What does not change while this channel lives.
prepare_watch_sample() {
  if [ -n "${watch_boot-}" ]; then return 0; fi
  watch_page=4096
  while read -r watch_key watch_value _; do
    case $watch_key in KernelPageSize:) watch_page=$((watch_value * 1024)); break ;; esac
  done 2>/dev/null </proc/self/smaps
  IFS= read -r watch_boot 2>/dev/null </proc/sys/kernel/random/boot_id
  watch_boot=${watch_boot:-unknown}
}

# Needs STAUNCH_PROCS (files that list pids), STAUNCH_MEMORY (directory of the memory controller) and STAUNCH_ABOVE (a
# memory.events), each empty where it is not there; STAUNCH_USS a pid or "-". From stdin come the lines of log number
# `number`: `room` bytes from byte `begin` on.
watch_awk='
# Sets f to the fields of a stat line behind the name, from the state on, and name; answers how many there are. The
# name may hold spaces, brackets and line ends: the numbers begin behind the last bracket, and 15 bytes hold no 22.
function read_stat(pid,   file, line, text, n) {
  file = "/proc/" pid "/stat"; n = 0; text = ""
  while (n < 22 && (getline line < file) > 0) {
    text = text (text == "" ? "" : " ") line
    n = match(text, /^[0-9]+ \(.*\) /) ? split(substr(text, RLENGTH + 1), f, " ") : 0
  }
  close(file)
  line = index(text, "(")
  name = substr(text, line + 1, RLENGTH - line - 2)
  return n
}
function print_file(name,   file, line) {
  file = ENVIRON["STAUNCH_MEMORY"] "/" name
  while ((getline line < file) > 0) print name ":" line
  close(file)
}
function print_processes(   n, i, files, line) {
  n = split(ENVIRON["STAUNCH_PROCS"], files, "\n")
  for (i = 1; i <= n; i++) {
    while ((getline line < files[i]) > 0) if (line ~ /^[0-9]+$/ && line + 0) pids[++listed] = line
    close(files[i])
  }
  for (i = 1; i <= listed && i <= most; i++) {
    if (read_stat(pids[i]) < 22) { unread++; continue }
    print "process " pids[i] " " f[2] " " f[1] " " f[20] " " f[22] " " name
    shown[pids[i]] = 1
  }
  if (unread) print "unread " unread
  if (listed > most) print "left-out " listed - most
}
function print_uss(pid,   file, line, f, kib, rows) {
  file = "/proc/" pid "/smaps_rollup"
  while ((getline line < file) > 0)
    if (line ~ /^Private_/) { split(line, f, " "); kib += f[2]; rows++ }
  close(file)
  print "uss " pid " " (rows ? kib : "denied")
}
function print_unit(   rows) {
  print_processes()
  if (ENVIRON["STAUNCH_USS"] in shown) print_uss(ENVIRON["STAUNCH_USS"])
  if (ENVIRON["STAUNCH_MEMORY"] != "") {
    rows = split("memory.current memory.max memory.high memory.events memory.usage_in_bytes memory.limit_in_bytes " \
      "memory.failcnt memory.oom_control", names, " ")
    for (; rows > 0; rows--) print_file(names[rows])
  }
}
function print_host(   line, rows) {
  # What is counted above a unit stays when the unit restarts and its own counters begin anew.
  if (ENVIRON["STAUNCH_ABOVE"] != "")
    while ((getline line < ENVIRON["STAUNCH_ABOVE"]) > 0) if (line ~ /^oom_kill /) print "above:" line
  while (rows < 2 && (getline line < "/proc/meminfo") > 0)
    if (line ~ /^Mem(Total|Available):/) { print line; rows++ }
}
BEGIN {
  CONVFMT = OFMT = "%.0f"
  if (ENVIRON["STAUNCH_BOOT"] != "") {
    print "boot " ENVIRON["STAUNCH_BOOT"] "\npage " ENVIRON["STAUNCH_PAGE"]
    if (ENVIRON["STAUNCH_PROCS"] != "") print_unit()
    print_host()
  }
  if (!number) exit
}
partial { partial = 0; used = length($0) + 1; next }
{
  used += length($0) + 1
  # A line that is not written to its end belongs to the next minute.
  if (used > room) { used -= length($0) + 1; broken = 1; exit }
  requests++
  if (index($0, "502") || index($0, "504")) seen[status_by_text()]++
}
END {
  if (!number) exit
  # Zero bytes after a crash are lost on some awks; they are never counted twice.
  if (!broken) used = room
  print "log " number " read " file " " begin + used " " requests + 0 " " seen["502"] + 0 " " seen["504"] + 0 " " skipped + 0
}
'

# watch_run NUMBER FILE BEGIN ROOM SKIPPED: runs the awk on stdin, with the unit when that was not told yet.
watch_run() {
  STAUNCH_BOOT=$watch_told_boot STAUNCH_PAGE=$watch_page STAUNCH_PROCS=$watch_procs STAUNCH_MEMORY=$watch_memory \
    STAUNCH_ABOVE=$watch_above STAUNCH_USS=$watch_uss "$staunch_awk" -v number="$1" -v file="$2" -v begin="$3" -v room="$4" -v skipped="$5" \
    -v partial="$(($5 > 0))" -v status="$watch_place" -v most="$watch_processes" "$log_status_awk$watch_awk"
  watch_code=$?
  watch_told_boot=
  return "$watch_code"
}

# watch_read NUMBER PATH FILE FROM TO: counts what stands between two bytes of a log.
watch_read() {
  watch_from=$4
  watch_skipped=$(($5 - $4 - watch_log_bytes))
  if [ "$watch_skipped" -gt 0 ]; then watch_from=$(($5 - watch_log_bytes)); else watch_skipped=0; fi
  if [ "$watch_from" -ge "$5" ]; then
    printf 'log %s read %s %s 0 0 0 0\n' "$1" "$3" "$5"
  else
    {
      # Nothing is copied: the awk goes on where this stops.
      if [ "$watch_from" -gt 0 ]; then dd bs=1 skip="$watch_from" count=0 2>/dev/null; fi
      watch_run "$1" "$3" "$watch_from" "$(($5 - watch_from))" "$watch_skipped"
    } <"$2"
  fi
}

# Sets watch_file (device:inode) and watch_size of an open log; empty when it vanished.
watch_identify() {
  watch_file=$(stat -L -c '%d:%i %s' -- "$1" 2>/dev/null)
  watch_size=${watch_file#* }
  watch_file=${watch_file%% *}
}

# watch_rotated PATH FILE: sets watch_old to the rotated log that has this identity.
watch_rotated() {
  watch_old=
  watch_stem=${1%.*}; watch_ext=${1#"$watch_stem"}
  case $watch_ext in */*) watch_stem=$1; watch_ext= ;; esac
  set -- "$2" "$1".[0-9]* "$1"-[0-9]* "$1".old "$watch_stem"[.-][0-9]*"$watch_ext"
  watch_wanted=$1
  shift
  for watch_candidate in "$@"; do
    if [ ! -f "$watch_candidate" ] || [ ! -r "$watch_candidate" ]; then continue; fi
    watch_identify "$watch_candidate"
    if [ "$watch_file" = "$watch_wanted" ]; then watch_old=$watch_candidate; return 0; fi
  done
  return 1
}

# watch_log NUMBER PATH PLACE FILE OFFSET
watch_log() {
  watch_place=$3
  if [ -e "$2" ] && [ ! -f "$2" ]; then printf 'log %s absent\n' "$1"; return; fi
  watch_now=; watch_end=0
  if [ -f "$2" ] && [ -r "$2" ]; then
    watch_identify "$2"
    watch_now=$watch_file; watch_end=$watch_size
  fi
  if [ "$4" = "$watch_now" ]; then
    # Shorter than it was: emptied in place, and written anew.
    if [ "$watch_end" -ge "$5" ]; then watch_read "$1" "$2" "$4" "$5" "$watch_end"
    else watch_read "$1" "$2" "$4" 0 "$watch_end"; fi
    return
  fi
  if [ "$4" = - ] && [ -n "$watch_now" ]; then
    printf 'log %s begun %s %s\n' "$1" "$watch_now" "$watch_end"
    return
  fi
  if [ "$4" != - ] && watch_rotated "$2" "$4"; then
    if [ "$watch_size" -lt "$5" ]; then watch_size=$5; fi
    watch_read "$1" "$watch_old" "$4" "$5" "$watch_size"
    # Until NGINX opens the new file, it goes on writing to the old one.
    if [ "$watch_end" -gt 0 ]; then watch_read "$1" "$2" "$watch_now" 0 "$watch_end"; fi
    return
  fi
  if [ -n "$watch_now" ]; then
    printf 'log %s lost\n' "$1"
    watch_read "$1" "$2" "$watch_now" 0 "$watch_end"
    return
  fi
  why_unreadable "$2"
  case $? in 77) printf 'log %s denied\n' "$1" ;; *) printf 'log %s absent\n' "$1" ;; esac
}

# watch_find CGROUP: sets watch_procs, watch_memory and watch_above. Without a process of its own, as in each verb above.
watch_find() {
  for watch_mount in $watch_mounts; do
    watch_dir=$watch_mount$1
    if [ -z "$watch_memory" ] && { [ -e "$watch_dir/memory.current" ] || [ -e "$watch_dir/memory.usage_in_bytes" ]; }; then
      watch_memory=$watch_dir
    fi
    if [ -e "${watch_dir%/*}/memory.events" ]; then watch_above=${watch_dir%/*}/memory.events; fi
    if [ -n "$watch_procs" ] || [ ! -e "$watch_dir/cgroup.procs" ]; then continue; fi
    watch_procs=$watch_dir/cgroup.procs
    # Groups that the unit made below its own (Delegate=).
    for watch_dir in "$watch_dir"/*/cgroup.procs; do
      if [ -e "$watch_dir" ]; then watch_procs="$watch_procs
$watch_dir"; fi
    done
  done
}

# CGROUP (or "-") USS (a pid or "-"), then per log PATH PLACE FILE OFFSET; FILE is "-" the first time.
ask_watch_sample() {
  prepare_watch_sample
  watch_told_boot=$watch_boot
  watch_procs=; watch_memory=; watch_above=; watch_uss=${2:--}; watch_place=after-request; watch_number=0
  if [ "$1" != - ]; then
    process_check_cgroup "$1" || return
    watch_find "$1"
    if [ -z "$watch_procs" ]; then echo 'unit absent'; fi
  fi
  shift; if [ $# -gt 0 ]; then shift; fi
  while [ $# -gt 0 ]; do
    watch_number=$((watch_number + 1))
    check_path "$1" && check_status_place "${2-}" || return
    case ${3-} in
      - | [0-9]*:*[0-9]) ;;
      *) complain "\"${3-}\" names no file."; return 64 ;;
    esac
    case ${4-} in
      '' | *[!0-9]* | ????????????????*) complain "\"${4-}\" is no place in a log."; return 64 ;;
    esac
    watch_log "$watch_number" "$1" "$2" "$3" "$4"
    shift 4
  done
  if [ -n "$watch_told_boot" ]; then watch_run 0 - 0 0 0 </dev/null; fi
  return 0
}
