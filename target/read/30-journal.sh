# The journal of a unit. journald refuses nobody: to a user who may not read the system's journal it shows an
# empty one and ends with 0, so an empty answer has to be told from a denied one here.

journal_bytes=2500000
journal_fields=MESSAGE,MESSAGE_ID,_PID,_COMM,_TRANSPORT,_SYSTEMD_UNIT,UNIT,OBJECT_SYSTEMD_UNIT,COREDUMP_UNIT,COREDUMP_PID,COREDUMP_SIGNAL,COREDUMP_COMM,JOB_TYPE,_SYSTEMD_INVOCATION_ID,INVOCATION_ID,SYSLOG_IDENTIFIER,PRIORITY,_SOURCE_MONOTONIC_TIMESTAMP,_BOOT_ID,_HOSTNAME

# Learns once per channel, before a verb runs in its subshell, what both journals want to know: whether this user
# sees the journal (journal_state, journal_said), and how to ask for the fields that are read only (systemd
# before 236 prints all of them).
journal_prepare() {
  if [ -n "${journal_state-}" ]; then return 0; fi
  journal_said=$(journal_access 2>&1)
  journal_state=$?
  if [ "$journal_state" -ne 0 ]; then journal_format=--no-pager; return 0; fi
  case $(journalctl --help 2>/dev/null) in
    *--output-fields*) journal_format="--output-fields=$journal_fields" ;;
    *) journal_format=--no-pager ;;
  esac
}

prepare_unit_journal() { journal_prepare; }
prepare_kernel_log() { journal_prepare; }

# --all, because without it a field of more than 4 KB comes out as null: a traceback in one message.
journal_json() {
  journalctl -q --no-pager --all -o json "$journal_format" "$@"
}

# journal_back FROM TO MATCH...: newest first, down to the first line before FROM, or to the oldest there is: that
# line is marked with a "#", for it shows how far back the journal reaches.
journal_back() {
  journal_from=$1
  journal_to=$(($2 + 1))
  shift 2
  journal_json "$@" --until "@$journal_to" -r | "$staunch_awk" -v from="$journal_from" '
    NR > 1 { print line }
    { line = $0 }
    match($0, /"__REALTIME_TIMESTAMP":"[0-9]+/) && substr($0, RSTART + 24, RLENGTH - 30) + 0 < from + 0 { exit }
    END { if (NR) print "#" line }'
}

# Answers 0 when this user sees the system's journal, 77 when not, 69 when there is none.
journal_access() {
  if ! have journalctl; then
    complain 'There is no journalctl here: nothing of the unit is kept by journald.'
    return 69
  fi
  journal_seen=no
  for journal_file in /var/log/journal/*/system*.journal /run/log/journal/*/system*.journal; do
    if [ -r "$journal_file" ]; then return 0; fi
    if [ -e "$journal_file" ]; then journal_seen=yes; fi
  done
  # Where the files are elsewhere (a namespace, a remote store): whoever sees a line of PID 1 sees them all.
  if [ -n "$(journalctl -q --no-pager -n 1 -o cat _PID=1 2>/dev/null)" ]; then return 0; fi
  for journal_file in /var/log/journal /run/log/journal; do
    if [ -d "$journal_file" ]; then journal_seen=yes; fi
  done
  if [ "$journal_seen" = no ]; then
    complain 'journald keeps no journal here (neither /var/log/journal nor /run/log/journal is there).'
    return 69
  fi
  complain "User $(id -un) (groups: $(id -Gn)) may not read the system journal, which looks like an empty one. Fix: usermod -aG systemd-journal $(id -un), then log in anew."
  return 77
}

# Keeps what tells about the unit; the access log of the app would bury it and says nothing that NGINX's does not.
journal_filter_awk='
/ HTTP\/[0-9.]+\\" [1-5][0-9][0-9]/ && !/"_PID":"1"/ { dropped++; next }
/"_SYSTEMD_UNIT":"systemd-journald\.service"/ {
  # Of journald only that it threw lines of this unit away, or lost some.
  if (index($0, "Suppressed ") && index($0, ENVIRON["STAUNCH_UNIT"])) emit($0)
  else if (index($0, "Missed ")) emit($0)
  next
}
length($0) > 65536 { left_out++; next }
{ emit($0) }
END {
  left_out += dropped
  emit_rest()
}
'

# The unit, what PID 1 and systemd-coredump say about it (-u includes both), and the userspace OOM killers.
ask_unit_journal() {
  check_unit "$1" && check_window "$2" "$3" || return
  journal_prepare
  if [ -n "$journal_said" ]; then complain "$journal_said"; fi
  if [ "$journal_state" -eq 69 ]; then return 69; fi
  # Back in the order in which it was written: a traceback is read from its first line on. (tac would write a
  # temporary file.)
  journal_back "$2" "$3" -u "$1" -u systemd-journald.service -u systemd-oomd.service -u earlyoom.service -u nohang.service |
    STAUNCH_UNIT=$1 "$staunch_awk" -v bound="$journal_bytes" "$bounded_awk$journal_filter_awk" |
    "$staunch_awk" '{ sub(/^#[{]/, "{"); line[NR] = $0 } END { for (i = NR; i > 0; i--) print line[i]; if (!NR) exit 9 }'
  journal_empty=$?
  if [ "$journal_state" -eq 0 ]; then return 0; fi
  # A service that runs as this very user shows its own lines, but never what PID 1 says about it.
  if [ "$journal_empty" -eq 0 ]; then return 1; fi
  return 77
}
