# The lines of a window, out of the files that 50-log-window.sh names.

# Most that is sent of one log, and of the counts of its minutes: together less than the client takes of an answer.
log_error_bytes=2500000
log_access_bytes=1500000
log_count_bytes=2500000
# Longer lines are cut: NGINX cuts its own at 2 KB, and a request line fits in 8 KB by default.
log_line_bytes=16384

# log_zone EPOCH: the zone of this host at that instant, as +0100.
log_zone() { date -d "@$1" +%z 2>/dev/null || date +%z; }

# Most servers keep UTC: asked once per channel, that saves three processes for each log.
prepare_error_log() {
  if [ -z "${log_keeps-}" ]; then log_keeps=$(unset TZ; date +%Z); fi
}

# log_epoch "@EPOCH" or a local "YYYY-MM-DD HH:MM:SS": sets log_at to epoch seconds; "streamed EPOCH" stays for the filter.
log_epoch() {
  case $1 in
    @*) log_at=${1#@} ;;
    streamed*) log_at=$1 ;;
    *) log_at=$(date -d "$1" +%s 2>/dev/null) ;;
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

# log_window ERROR_LOG PATH FROM TO STATUS FORM BOUND
log_window() {
  check_path "$2" && check_window "$3" "$4" || return
  log_path=$2; log_from=$3; log_to=$4; log_code=0
  log_dir=${log_path%/*}; log_stem=${log_path%.*}; log_ext=${log_path#"$log_stem"}
  case $log_ext in */*) log_stem=$log_path; log_ext= ;; esac
  log_local=0
  if [ "$1" = 1 ] && [ "${log_keeps-}" != UTC ]; then
    log_local=1
    # Two hours to both sides: does a change of the zone make an hour of stamps ambiguous?
    log_zone_from=$(log_zone "$((log_from - 7200))"); log_zone_to=$(log_zone "$((log_to + 7200))")
  else
    log_zone_from=+0000; log_zone_to=+0000
  fi
  log_error=$1; log_status=$5; log_form=$6; log_bound=$7
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
  log_leads=; if [ "$staunch_awk" = mawk ]; then log_leads=1; fi
  log_plan=$(
    stat -L -c '%Y %s %d:%i %n' -- "$@" 2>/dev/null | STAUNCH_LOG=$log_path "$staunch_awk" -v error_log="$log_error" \
      -v local="$log_local" -v from="$log_from" -v to="$log_to" -v zone_from="$log_zone_from" -v zone_to="$log_zone_to" \
      -v slack="$log_slack" -v leads="$log_leads" "$log_stamp_awk$log_search_awk"
  ) || return 1
  log_oldest=; log_newest=; log_lead=
  set -f
  IFS='
'
  set --
  for log_line in $log_plan; do
    case $log_line in
      'oldest '*) log_epoch "${log_line#* }"; log_oldest=$log_at ;;
      'newest '*) log_epoch "${log_line#* }"; log_newest=$log_at ;;
      'read '*) set -- "$@" "$log_line" ;;
      'lead '*) log_lead=${log_line#* } ;;
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
    *) log_lead= ;;
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
    4) complain "$log_path has more minutes in this window than are counted at once: ask for a shorter window." ;;
  esac
  return 1
}

log_filter() {
  log_quick=$log_calm_tries_awk
  if [ "$log_form" = plain ]; then log_quick=$log_calm_awk; fi
  if [ -n "$log_form" ] && [ "$staunch_awk" = mawk ]; then log_quick=$log_usual_awk$log_quick; fi
  STAUNCH_ONLY=$log_only "$staunch_awk" -v error_log="$log_error" -v from="$log_from" -v to="$log_to" \
    -v zone_from="$log_zone_from" -v zone_to="$log_zone_to" -v slack="$log_slack" -v status="$log_status" \
    -v form="$log_form" -v count_bytes="$log_count_bytes" -v bound="$log_bound" -v line_bytes="$log_line_bytes" \
    -v oldest="$log_oldest" -v newest="$log_newest" -v lead="$log_lead" \
    "$bounded_awk$log_stamp_awk$log_status_awk$log_filter_awk$log_quick$log_lines_awk"
}

ask_error_log() {
  log_window 1 "$1" "$2" "$3" after-request "" "$log_error_bytes"
}

# PATH FROM TO STATUS FORM. FORM tells how a good answer is known: "plain", the format lists no tries of a request and has
# nothing but the status between a quote with a space and a space; "tries:TEXT", it lists them between TEXT, which ends
# with a quote, and a quote; anything else, not at all.
ask_access_log() {
  check_status_place "$4" || return
  case ${5-} in
    plain) log_good=plain ;;
    tries:*[!A-Za-z0-9_=\":-]*) log_good= ;;
    tries:*) log_good=${5#tries:} ;;
    *) log_good= ;;
  esac
  log_window 0 "$1" "$2" "$3" "$4" "$log_good" "$log_access_bytes"
}
