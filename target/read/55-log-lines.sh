# The lines of a window, out of the files that 50-log-window.sh names.

# Most that is sent of one log.
log_error_bytes=2500000
log_access_bytes=1500000
# Longer lines are cut: NGINX cuts its own at 2 KB, and a request line fits in 8 KB by default.
log_line_bytes=16384

# A line of a log never looks like one of ours: ours begin with "#staunch ".
log_filter_awk='
function begin_file(text,   f) {
  # "TYPE BLOCK SIZE MTIME EXPECTED PATH"
  split(text, f, " ")
  sub(/^[^ ]+ [^ ]+ [^ ]+ [^ ]+ [^ ]+ /, "", text)
  emit("#staunch file " text " " f[3] " " f[2] * 4096 " " f[3])
  # The line that the cut goes through belongs to no one.
  partial = f[2] > 0; expected = f[5]; fresh = 1; inside = 0; last_key = ""; files++
}
function line_out() {
  lines++
  if (length($0) > line_bytes) emit(substr($0, 1, line_bytes))
  else if (substr($0, 1, 9) == "#staunch ") emit(" " $0)
  else emit($0)
}
# Remembers what follows from a stamp; lines of the same second need no more work.
function settle(k, s) {
  last_key = k; at = s; inside = s >= low && s <= high
  if (first_seen == "") first_seen = s
  last_seen = s
  # A file that begins otherwise than a moment ago is another file: the log was rotated meanwhile.
  if (fresh && expected >= 0 && expected != s) moved = 1
  fresh = 0
  if (!error_log) minute = s - s % 60 " "
  # A single stamp from the future (a clock that jumped, garbage) does not end the reading; a run of them does.
  if (s > high + slack) { if (++beyond > 20 && last_file) { stopped = 1; exit } } else if (inside) beyond = 0
}
BEGIN {
  kind = error_log ? 1 : 0; bracket = 1
  if (ENVIRON["STAUNCH_ONLY"] != "") { last_file = 1; begin_file(ENVIRON["STAUNCH_ONLY"]) }
}
# Between two files of one stream; \001 cannot stand in a log of NGINX, which escapes control characters.
substr($0, 1, 1) == "\001" {
  # The mark stands on a line of its own even behind a file without a last line end: that is the empty line.
  blank = 0
  if (substr($0, 2, 5) == "file ") { begin_file(substr($0, 7)); next }
  if (substr($0, 2) == "last") { last_file = 1; next }
  if (substr($0, 2) == "failed") { failed = 1; next }
}
partial { partial = 0; fresh = 0; seen_any = 1; next }
$0 == "" { blank++; next }
{
  seen_any = 1
  for (; blank > 0; blank--) if (inside && error_log) { lines++; emit("") }
  if (kind == 2) k = bracket ? substr($0, index($0, "[") + 1, 26) : stamp_text($0)
  else if (kind == 1) k = substr($0, 1, 19)
  else k = kind ? stamp_text($0) : ""
  if (k != last_key || k == "") {
    # Kind 2 stands behind the first bracket in almost every log; where it does not, it is searched for.
    if (kind == 1) { if (stamp_text($0) != "") settle(k, stamp_time(k)) }
    else if (kind == 2 ? k ~ /^[0-3][0-9]\/[A-Z][a-z][a-z]\/[12][0-9][0-9][0-9]:[0-2][0-9]:[0-5][0-9]:[0-6][0-9] [-+][0-9][0-9][0-9][0-9]$/ : k != "") settle(k, stamp_time(k))
    else if ((s = stamp($0)) >= 0) { settle("", s); if (kind == 2 && ++searched > 50) bracket = 0 }
  }
  if (!inside) next
  if (error_log) { line_out(); next }
  if (status_kind == 1) {
    k = substr($0, index($0, "\" ") + 2, 4)
    if (k in plain_status) k = plain_status[k]
    else if (k ~ /^[1-9][0-9][0-9] $/) { plain_status[k] = substr(k, 1, 3); k = substr(k, 1, 3) }
    else k = status_by_text()
  } else k = status_by_text()
  k = minute k
  if (!(k in total)) order[++kinds] = k
  total[k]++
  k = substr(k, length(k) - 2)
  # A list of tries in which one failed: the client saw 200, the upstream did not answer the first time.
  if (k >= "500" || k == "499") line_out()
  else if ($0 ~ /5[0-9][0-9](, | : )[-0-9]/ && $0 ~ /(^|[^0-9.])5[0-9][0-9](, | : )[-0-9]/) line_out()
}
END {
  emit_rest()
  for (i = 1; i <= kinds; i++) print "#staunch total " order[i] " " total[order[i]]
  # What was read to its end tells by itself how far it goes.
  if (oldest ~ /^streamed/) oldest = first_seen != "" ? first_seen - z_from : substr(oldest, 10)
  if (newest ~ /^streamed/) newest = last_seen != "" ? last_seen - z_to : substr(newest, 10)
  if (newest != "") print "#staunch covers " oldest " " newest
  print "#staunch lines " lines + 0
  if (ENVIRON["STAUNCH_ONLY"] != "" && !seen_any) moved = 1
  exit moved ? 3 : failed ? 1 : 0
}
'

# log_zone EPOCH: the zone of this host at that instant, as +0100.
log_zone() { date -d "@$1" +%z 2>/dev/null || date +%z; }

# "@EPOCH" or a local "YYYY-MM-DD HH:MM:SS" as epoch seconds; "streamed EPOCH" stays for the filter.
log_epoch() {
  case $1 in
    @*) printf '%s' "${1#@}" ;;
    streamed*) printf '%s' "$1" ;;
    *) date -d "$1" +%s 2>/dev/null ;;
  esac
}

# Is FILE a rotated form of the log whose name begins with STEM (and goes on, after the number, with EXT)?
log_is_rotated() {
  [ -f "$1" ] || return 1
  log_rest=${1#"$2"}
  case $log_rest in
    *.gz | *.bz2 | *.xz | *.zst)
      # Both exist while logrotate compresses: the packed one is not complete yet.
      [ ! -f "${1%.*}" ] || return 1
      log_rest=${log_rest%.*}
      ;;
  esac
  log_rest=${log_rest%"$3"}
  case $log_rest in '' | *[!0-9._-]*) return 1 ;; esac
}

# Streams the files of a plan ("read …" lines), each behind a mark for the filter.
log_stream() {
  log_left=$#
  for log_line in "$@"; do
    log_left=$((log_left - 1))
    log_entry=${log_line#read }
    IFS=' '
    # shellcheck disable=SC2086
    set -- $log_entry
    log_file=${log_entry#"$1 $2 $3 $4 $5 "}
    if ! why_unreadable "$log_file"; then printf '\001failed\n'; continue; fi
    if [ "$1" != plain ] && ! have "$1"; then
      printf '\001failed\n'
      complain "$log_file is needed for this window, but $1 is not installed there."
      continue
    fi
    if [ "$log_left" -eq 0 ]; then printf '\001last\n'; fi
    printf '\001file %s\n' "$log_entry"
    case $1 in
      plain) { if [ "$2" -gt 0 ]; then dd bs=4096 skip="$2" count=0 2>/dev/null; fi; cat; } <"$log_file" ;;
      *) "$1" -dc <"$log_file" 2>/dev/null ;;
    esac || {
      # Nothing arrives any more when the filter has seen enough: then this is no failure.
      printf '\n\001failed\n' 2>/dev/null && complain "$log_file could not be read to its end with ${1}."
    }
    printf '\n' 2>/dev/null
  done
}

# log_window ERROR_LOG PATH FROM TO STATUS BOUND
log_window() {
  check_path "$2" && check_window "$3" "$4" || return
  log_path=$2; log_from=$3; log_to=$4; log_code=0
  log_dir=${log_path%/*}; log_stem=${log_path%.*}; log_ext=${log_path#"$log_stem"}
  case $log_ext in */*) log_stem=$log_path; log_ext= ;; esac
  if [ "$1" = 1 ]; then
    # Two hours to both sides: does a change of the zone make an hour of stamps ambiguous?
    log_zone_from=$(log_zone "$((log_from - 7200))"); log_zone_to=$(log_zone "$((log_to + 7200))")
  else
    log_zone_from=+0000; log_zone_to=+0000
  fi
  log_error=$1; log_status=$5; log_bound=$6
  set --
  if [ -e "$log_path" ]; then
    why_unreadable "$log_path" || return
    if [ ! -f "$log_path" ]; then
      complain "$log_path is no regular file: what NGINX writes there cannot be read again."
      return 69
    fi
    set -- "$log_path"
  fi
  for log_file in "$log_path".[0-9]* "$log_path"-[0-9]*; do
    if log_is_rotated "$log_file" "$log_path" ''; then set -- "$@" "$log_file"; fi
  done
  # logrotate's "extension .log" puts the date before the extension.
  if [ -n "$log_ext" ]; then
    for log_file in "$log_stem".[0-9]*"$log_ext"* "$log_stem"-[12][0-9][0-9][0-9][0-9][0-9][0-9][0-9]*"$log_ext"*; do
      if log_is_rotated "$log_file" "$log_stem" "$log_ext"; then set -- "$@" "$log_file"; fi
    done
  fi
  if [ ! -r "$log_dir" ] && [ -x "$log_dir" ]; then
    # The directory may be entered but not listed (RHEL's /var/log/nginx): ask for the usual names.
    for log_file in .1 .2 .1.gz .2.gz .3.gz .4.gz .5.gz .6.gz .7.gz "-$(date -d "@$log_to" +%Y%m%d)" \
      "-$(date -d "@$((log_to + 86400))" +%Y%m%d)" "-$(date -d "@$((log_to + 86400))" +%Y%m%d).gz"; do
      if log_is_rotated "$log_path$log_file" "$log_path" ''; then set -- "$@" "$log_path$log_file"; fi
    done
    log_listed=no
  else
    log_listed=yes
  fi
  if [ $# -eq 0 ]; then why_unreadable "$log_path"; return; fi
  if [ ! -e "$log_path" ]; then
    complain "$log_path is not there, only its rotated files are."
    log_code=1
  fi
  log_plan=$(
    stat -L -c '%Y %s %d:%i %n' -- "$@" 2>/dev/null | STAUNCH_LOG=$log_path "$staunch_awk" -v error_log="$log_error" \
      -v from="$log_from" -v to="$log_to" -v zone_from="$log_zone_from" -v zone_to="$log_zone_to" \
      -v slack="$log_slack" "$log_stamp_awk$log_search_awk"
  ) || return 1
  log_oldest=; log_newest=
  set -f
  IFS='
'
  set --
  for log_line in $log_plan; do
    case $log_line in
      'oldest '*) log_oldest=$(log_epoch "${log_line#* }") ;;
      'newest '*) log_newest=$(log_epoch "${log_line#* }") ;;
      'read '*) set -- "$@" "$log_line" ;;
      'unread '*) complain "${log_line#* }: no time stamps that Staunch knows, so no window can be cut from it."; log_code=1 ;;
    esac
  done
  unset IFS
  set +f
  if [ "$log_listed" = no ] && [ "${log_oldest%% *}" != streamed ] && [ "${log_oldest:-0}" -gt "$log_from" ]; then
    complain "$log_dir may not be listed by $(id -un): older rotated files of $log_path may exist unseen."
    log_code=1
  fi
  log_only=; log_file=; log_block=0
  case $#${1-} in
    '1read plain '*)
      # One plain file, the usual case: the filter reads it itself, from the place that was found.
      log_only=${1#read }
      log_block=${log_only#plain }; log_block=${log_block%% *}
      log_file=${log_only#* * * * * }
      why_unreadable "$log_file" || return 1
      ;;
  esac
  if [ $# -eq 0 ]; then
    log_filter </dev/null
  elif [ -n "$log_only" ]; then
    { if [ "$log_block" -gt 0 ]; then dd bs=4096 skip="$log_block" count=0 2>/dev/null; fi; log_filter; } <"$log_file"
  else
    log_stream "$@" | log_filter
  fi
  case $? in
    0) return "$log_code" ;;
    3) complain "$log_path was rotated while it was being read: ask again." ;;
  esac
  return 1
}

log_filter() {
  STAUNCH_ONLY=$log_only "$staunch_awk" -v error_log="$log_error" -v from="$log_from" -v to="$log_to" \
    -v zone_from="$log_zone_from" -v zone_to="$log_zone_to" -v slack="$log_slack" -v status="$log_status" \
    -v bound="$log_bound" -v line_bytes="$log_line_bytes" -v oldest="$log_oldest" -v newest="$log_newest" \
    "$bounded_awk$log_stamp_awk$log_status_awk$log_filter_awk"
}

ask_error_log() {
  log_window 1 "$1" "$2" "$3" after-request "$log_error_bytes"
}

ask_access_log() {
  check_status_place "$4" || return
  log_window 0 "$1" "$2" "$3" "$4" "$log_access_bytes"
}
