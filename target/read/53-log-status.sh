# Where the status of a request stands in a line of an access log: "after-request" (right behind the quoted
# request), "json:NAME" (the value of that key) or "field:N" (N-th word, from 1).

check_status_place() {
  case $1 in
    *[!A-Za-z0-9_.:-]*) ;;
    after-request | json:[A-Za-z_]* | field:[1-9] | field:[1-9][0-9]) return 0 ;;
  esac
  complain "\"$1\" does not say where the status stands."
  return 64
}

# Needs the variable `status`. status_by_text() answers "000" for a line without one.
log_status_awk='
BEGIN {
  if (status ~ /^json:/) { status_kind = 2; needle = "\"" substr(status, 6) "\":" }
  else if (status ~ /^field:/) { status_kind = 3; status_field = substr(status, 7) + 0 }
  else status_kind = 1
}
function status_by_text(   i, s) {
  if (status_kind == 1) {
    if (match($0, /" [1-9][0-9][0-9]( |$)/)) return substr($0, RSTART + 2, 3)
    return "000"
  }
  s = $status_field
  if (status_kind == 2) {
    i = index($0, needle)
    if (!i) return "000"
    s = substr($0, i + length(needle), 8)
    if (s !~ /^ *"?[1-9][0-9][0-9]([^0-9]|$)/) return "000"
  }
  return match(s, /[1-9][0-9][0-9]/) ? substr(s, RSTART, 3) : "000"
}
'
