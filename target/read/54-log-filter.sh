# Reads the lines of a window, and counts what it does not send.

# A line of a log never looks like one of ours: ours begin with "#staunch ".
#
# Most lines of an access log are good answers in a minute that lies in the window whole: those are counted by a few
# looks at fixed text, without reading their stamp, and those of a minute outside it are passed over. That is what makes
# two hours of a busy log cheap: what is done for each line costs more than to find the place of the window. Who writes
# the text of a stamp into a request can have good answers of his own counted in the minute before, and nothing else.
log_calm_awk='
index($0, known) && (k = substr($0, index($0, "\" ") + 2, 4)) in calm { calm[k]++; next }
'
# The same for logs that may list the tries of a request: "502, 200" is no good answer.
log_calm_tries_awk='
index($0, known) && (k = substr($0, index($0, "\" ") + 2, 4)) in calm && $0 !~ /, [-0-9]/ && !index($0, ": ") { calm[k]++; next }
'
# Before these, in a log whose form is known: one look for the minute and the usual status, and for what stands in front
# of the tries. Where expressions are not kept compiled (busybox) it costs more than it saves.
log_usual_awk='
$0 ~ usual { usual_count++; next }
'
log_filter_awk='
function begin_file(text,   f) {
  leave_minute()
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
  if (s < minute || s >= minute + 60) { leave_minute(); minute = s - s % 60 }
  # A single stamp from the future (a clock that jumped, garbage) does not end the reading; a run of them does.
  if (s > high + slack) { if (++beyond > 20 && last_file) { stopped = 1; exit } } else if (inside) beyond = 0
}
function count(at, code, n) {
  if (!(code in code_seen)) { code_seen[code]; codes[++kinds] = code }
  if (!first_minute || at < first_minute) first_minute = at
  if (at > last_minute) last_minute = at
  total[at " " code] += n
}
# A number for each minute from the first one on, nothing for none; a new row behind half an hour of none, and before
# the row becomes longer than the client takes of a line.
function print_totals(code,   at, none, open, from) {
  for (at = first_minute; at <= last_minute && counted <= count_bytes; at += 60) {
    if (!(at " " code in total)) { none++; continue }
    if (open && (none > 30 || at >= from + 60000)) { print ""; open = 0 }
    if (!open) { printf "#staunch total %s %s ", at, code; from = at; counted += 30; open = 1 }
    else for (counted += none; none >= 0; none--) printf ","
    none = 0
    printf "%s", total[at " " code]
    counted += length(total[at " " code]) + 1
  }
  if (open) print ""
}
# `calm` is empty unless `known` is the text of a minute that lies on one side of each end of the window: then it holds
# the good statuses seen so far, and how often each was counted without reading the line. Only where lines stand in
# order, and never near the end of what is on disk: how far that goes is told to the second.
function know(k) {
  steady = 0
  if (told_by_stamps && minute + 120 >= newest_at) return
  if (inside ? minute < low || minute + 59 > high : minute + 59 >= low && (minute <= high || minute + 59 > high + slack))
    return
  known = "[" substr(k, 1, 18)
  usual = "\\[" substr(k, 1, 18) ".*\" 200 " (plain ? "" : ".*" form "200\"")
  for (k in good) calm[k] = 0
}
function leave_minute(   k) {
  if (usual_count) calm["200 "] += usual_count
  for (k in calm) {
    if (calm[k] && minute >= low && minute <= high) count(minute, substr(k, 1, 3), calm[k])
    delete calm[k]
  }
  known = usual = "\n"; usual_count = steady = 0
}
BEGIN {
  kind = error_log ? 1 : 0; bracket = 1; minute = -60; plain = form == "plain"
  leave_minute()
  told_by_stamps = newest ~ /^streamed/; newest_at = substr(newest, 10) + 0
  if (ENVIRON["STAUNCH_ONLY"] != "") { last_file = 1; begin_file(ENVIRON["STAUNCH_ONLY"]) }
  # An older mawk asks the kernel for 4 KB at a time, a tenth of the cost of a long window, until one record was longer.
  # `lead` is met before the window begins: up to there is one record, and the line that it stands in is `partial`.
  if (lead != "") { RS = lead; getline k; RS = "\n" }
}
'
# Behind those above that fit the log.
log_lines_awk='
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
    if (kind == 1) {
      # Within a minute only the seconds are new.
      if (substr(k, 1, 17) == near && k ~ /[0-6][0-9]$/) settle(k, near_at + substr(k, 18))
      else if (stamp_text($0) != "") { s = stamp_time(k); near = substr(k, 1, 17); near_at = s - substr(k, 18); settle(k, s) }
    }
    else if (kind == 2 ? k ~ /^[0-3][0-9]\/[A-Z][a-z][a-z]\/[12][0-9][0-9][0-9]:[0-2][0-9]:[0-5][0-9]:[0-6][0-9] [-+][0-9][0-9][0-9][0-9]$/ : k != "") settle(k, stamp_time(k))
    else if ((s = stamp($0)) >= 0) { settle("", s); if (kind == 2 && ++searched > 50) bracket = 0 }
  }
  if (known == "\n" && kind == 2 && bracket && status_kind == 1 && last_key != "" && ++steady > 3) know(last_key)
  if (!inside) next
  if (error_log) { line_out(); next }
  if (status_kind == 1) {
    k = substr($0, index($0, "\" ") + 2, 4)
    if (k in plain_status) k = plain_status[k]
    else if (k ~ /^[1-9][0-9][0-9] $/) {
      if (k < "499 ") good[k]
      plain_status[k] = substr(k, 1, 3); k = substr(k, 1, 3)
    } else k = status_by_text()
  } else k = status_by_text()
  count(minute, k, 1)
  # A list of tries in which one failed: the client saw 200, the upstream did not answer the first time.
  if (k >= "500" || k == "499") line_out()
  else if (!plain && $0 ~ /5[0-9][0-9](, | : )[-0-9]/ && $0 ~ /(^|[^0-9.])5[0-9][0-9](, | : )[-0-9]/) line_out()
}
END {
  leave_minute()
  emit_rest()
  for (i = 1; i <= kinds; i++) print_totals(codes[i])
  # What was read to its end tells by itself how far it goes.
  if (oldest ~ /^streamed/) oldest = first_seen != "" ? first_seen - z_from : substr(oldest, 10)
  if (newest ~ /^streamed/) newest = last_seen != "" ? last_seen - z_to : substr(newest, 10)
  if (newest != "") print "#staunch covers " oldest " " newest
  print "#staunch lines " lines + 0
  if (ENVIRON["STAUNCH_ONLY"] != "" && !seen_any) moved = 1
  exit moved ? 3 : counted > count_bytes ? 4 : failed ? 1 : 0
}
'
