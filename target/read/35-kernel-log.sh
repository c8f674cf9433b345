# The kernel's log: the only proof of an OOM kill. Journal first (exact stamps), then the ring buffer, then
# the files of syslog. An empty window counts only beside a line that shows that the log can be read.

# What a kill or a crash is read from, and what explains a refused connection.
kernel_pattern='oom-kill:|[Kk]illed process|Kill process|[Oo]ut of memory|Tasks? in .*kill|Memory limit reached|memory: usage|invoked oom-killer|memory[.]oom[.]group|oom_reaper|OOM victim|Free swap  =|segfault at|general protection|trap invalid opcode|traps: |page allocation failure|SYN flooding|nginx'
kernel_bytes=1000000

kernel_filter_awk='
{ if (length($0) <= 16384) emit($0); else left_out++ }
END { emit_rest() }
'

kernel_bound() { "$staunch_awk" -v bound="$kernel_bytes" "$bounded_awk$kernel_filter_awk"; }

# Not -k: that means "since the last boot", and the kill may lie before a reboot. Newest first: one journalctl
# gives the window and, where it ends, the last line before it as proof that the log reaches that far.
kernel_from_journal() {
  kernel_lines=$(journal_back "$1" "$2" _TRANSPORT=kernel | grep -aE "$kernel_pattern|^#" | sed 's/^#[{]/{/' | kernel_bound)
  # In a container journald has no kernel lines at all.
  if [ -z "$kernel_lines" ]; then return 1; fi
  echo '#staunch reader journal'
  printf '%s\n' "$kernel_lines"
}

# Stamps are seconds since boot and drift against the wall clock: two minutes of slack to both sides.
kernel_from_dmesg() {
  kernel_boot=$("$staunch_awk" '$1 == "btime" { print $2 }' /proc/stat 2>/dev/null)
  if [ -z "$kernel_boot" ]; then return 1; fi
  kernel_lines=$(dmesg 2>/dev/null | "$staunch_awk" -v from="$1" -v to="$2" -v boot="$kernel_boot" -v pattern="$kernel_pattern" '
    substr($0, 1, 1) == "[" {
      at = substr($0, 2) + boot
      if (at < from - 120) { before = $0; next }
      if (at > to + 120) exit
      if (!told++ && before != "") print before
      if ($0 ~ pattern) print
      else if (before == "" && told == 1) print
    }
    END { if (!told && before != "") print before }' | kernel_bound)
  # Closed to this user, or empty: a ring that can be read has at least a line before the window.
  if [ -z "$kernel_lines" ]; then return 1; fi
  echo '#staunch reader dmesg'
  echo "#staunch boot-epoch $kernel_boot"
  printf '%s\n' "$kernel_lines"
}

# "Nov 22 10:13:09 host kernel: …" has no year: the last one that is not after the window.
kernel_from_file() {
  echo "#staunch reader $1"
  tail -c 67108864 -- "$1" 2>/dev/null | grep -aF ' kernel: ' | "$staunch_awk" -v from="$2" -v to="$3" \
    -v zone_from="$(date -d "@$2" +%z)" -v zone_to="$(date -d "@$3" +%z)" -v slack=120 -v error_log=1 \
    -v year="$(date -d "@$(($3 + 172800))" +%Y)" -v pattern="$kernel_pattern" "$log_stamp_awk"'
    function at_of(   m, t) {
      kind = 3
      if (match($0, /^[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-9:]+/)) {
        t = substr($0, 1, 19)
        return stamp_time(t) + (match($0, /^[^ ]*([-+][0-9][0-9]:[0-9][0-9]|Z) /) ? z_to - zone_seconds(substr($0, RLENGTH - 6, 6)) : 0)
      }
      m = month_of[substr($0, 1, 3)]
      if (!m) return -1
      t = substr($0, 8, 2) * 3600 + substr($0, 11, 2) * 60 + substr($0, 14, 2)
      t += (substr($0, 5, 2) - 1) * 86400
      return days(year, m, 1) * 86400 + t > high + 172800 ? days(year - 1, m, 1) * 86400 + t : days(year, m, 1) * 86400 + t
    }
    {
      at = at_of()
      if (at < 0 || at > high + slack) next
      if (at < low - slack) { before = $0; next }
      if (!told++ && before != "") print before
      if ($0 ~ pattern) print
    }
    END { if (!told && before != "") print before }' | kernel_bound
}

ask_kernel_log() {
  check_window "$1" "$2" || return
  kernel_denied=no
  journal_prepare
  kernel_said=$journal_said
  case $journal_state in
    0) if kernel_from_journal "$1" "$2"; then return 0; fi ;;
    77) kernel_denied=yes ;;
  esac
  if have dmesg && kernel_from_dmesg "$1" "$2"; then return 0; fi
  for kernel_file in /var/log/kern.log /var/log/messages; do
    if [ -r "$kernel_file" ]; then
      # The older half first, when the window begins before the newer one.
      if [ -r "$kernel_file.1" ] && [ "$(stat -L -c %Y -- "$kernel_file.1")" -ge "$1" ]; then
        kernel_from_file "$kernel_file.1" "$1" "$2"
      fi
      kernel_from_file "$kernel_file" "$1" "$2"
      return 0
    fi
    if [ -e "$kernel_file" ]; then kernel_denied=yes; fi
  done
  if [ "$kernel_denied" = yes ] || [ "$(cat /proc/sys/kernel/dmesg_restrict 2>/dev/null)" = 1 ]; then
    complain "The kernel's log is closed to user $(id -un) in every form (journal, dmesg, /var/log): OOM kills cannot be seen. ${kernel_said:-Fix: usermod -aG systemd-journal $(id -un), then log in anew.}"
    return 77
  fi
  complain 'No kernel log is kept here that could be read (a container sees none): OOM kills cannot be seen.'
  return 69
}
