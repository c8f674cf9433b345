# Units of systemd: which ones run Gunicorn, and how they are set up.

# Values of the environment are secrets more often than not; only those that Gunicorn itself reads leave the
# host. The names stay, so that one can see that something is set.
unit_mask_awk='
function masked(text,   out, c, i, quote, word) {
  # systemd quotes whole assignments: "NAME=some text".
  out = ""; word = ""; quote = ""
  for (i = 1; i <= length(text) + 1; i++) {
    c = i > length(text) ? " " : substr(text, i, 1)
    if (c == "\\" && i < length(text)) { word = word c substr(text, ++i, 1); continue }
    if (quote != "") { if (c == quote) quote = "" }
    else if (c == "\"" || c == "\047") quote = c
    else if (c == " " || c == "\t") {
      out = out (i > 1 && word == "" ? "" : one(word)) (i > length(text) ? "" : c); word = ""
      continue
    }
    word = word c
  }
  return out one(word)
}
function one(word,   name, open) {
  if (word == "") return ""
  name = word; open = ""
  if (name ~ /^["\047]/) { open = substr(name, 1, 1); name = substr(name, 2) }
  if (!index(name, "=")) return word == "\\" ? word : "[left-out]"
  name = substr(name, 1, index(name, "=") - 1)
  if (name == "GUNICORN_CMD_ARGS" || name == "WEB_CONCURRENCY" || name == "PORT") return word
  return open name "=[left-out]" open
}
# A line that ends in a backslash goes on in the next one.
continued || /^[ \t]*Environment=/ {
  at = continued ? 0 : index($0, "=")
  continued = $0 ~ /\\$/
  text = substr($0, at + 1)
  if (continued) text = substr(text, 1, length(text) - 1)
  print substr($0, 1, at) masked(text) (continued ? "\\" : "")
  next
}
{ print }
'

# unit_masked TEXT: the text without secrets.
unit_masked() { printf '%s\n' "$1" | "$staunch_awk" "$unit_mask_awk"; }

ask_unit_state() {
  check_unit "$1" && need_systemd || return
  unit_shown=$(systemctl show -- "$1") || { complain "systemctl show $1 failed."; return 1; }
  unit_masked "$unit_shown"
  # systemctl answers 0 for a unit that nobody ever heard of.
  case $unit_shown in
    *LoadState=not-found*) complain "There is no unit $1 on this host."; return 69 ;;
  esac
}

ask_unit_files() {
  check_unit "$1" && need_systemd || return
  unit_text=$(systemctl cat -- "$1") || { complain "systemctl cat $1 failed: the unit or one of its files is not there."; return 69; }
  unit_masked "$unit_text"
}

# Processes whose arguments name Gunicorn: its script, or its title. Whole arguments only: this script itself
# holds the word.
unit_gunicorn_pids() {
  for unit_file in $(grep -lazE '^([^ ]*/)?gunicorn3?$|^gunicorn: (master|worker) ' /proc/[0-9]*/cmdline 2>/dev/null); do
    unit_file=${unit_file#/proc/}
    echo "${unit_file%/cmdline}"
  done
}

# Units whose ExecStart names Gunicorn, and those in whose cgroup a Gunicorn runs (started by a wrapper script).
ask_unit_list() {
  need_systemd || return
  unit_running=
  for unit_pid in $(unit_gunicorn_pids); do
    while IFS= read -r unit_line; do
      case $unit_line in
        *.service*)
          unit_line=${unit_line%%.service*}.service
          unit_line=${unit_line##*/}
          # A user's own manager is one unit for all that the user runs.
          case $unit_line in user@*) ;; *) unit_running="$unit_running $unit_line" ;; esac
          break
          ;;
      esac
    done <"/proc/$unit_pid/cgroup" 2>/dev/null
  done
  unit_shown=$(systemctl show -p Id -p MainPID -p ExecStart -- '*.service') || {
    complain 'systemctl show failed: the units cannot be listed.'
    return 1
  }
  printf '%s\n\n' "$unit_shown" | STAUNCH_RUNNING=$unit_running "$staunch_awk" '
    BEGIN { n = split(ENVIRON["STAUNCH_RUNNING"], r, " "); for (i = 1; i <= n; i++) running[r[i]] = 1 }
    /^Id=/ { id = substr($0, 4) }
    /^MainPID=/ { pid = substr($0, 9) }
    /^ExecStart=/ && command == "" {
      command = $0
      sub(/^.* argv\[\]=/, "", command)
      sub(/ ; ignore_errors=.*$/, "", command)
      gsub(/\t/, " ", command)
    }
    $0 == "" {
      if (id != "" && (id in running || command ~ /(^|[\/ ])gunicorn3?( |$)/)) print id "\t" pid + 0 "\t" command
      id = command = ""; pid = 0
    }'
}
