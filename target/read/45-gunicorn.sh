# What Gunicorn was started with: the layers of its settings, without the secrets that stand beside them.

# Assignments that look like secrets stay on the host, the rest of the file is needed as it is: settings may
# be spread over several lines.
gunicorn_config_mask='
tolower($0) ~ /(secret|passw|passphrase|token|api_?key|private_?key|credential|authorization|:\/\/[^\/ ]+:[^\/ ]+@)/ { print "# [left-out]"; next }
{ print }
'

# gunicorn_config_of: reads arguments, one per line, and prints the one of -c or --config, if there is one.
gunicorn_config_of() {
  "$staunch_awk" '
    { sub(/\r$/, "") }
    wanted { found = $0; wanted = 0; next }
    $0 == "-c" || $0 == "--config" { wanted = 1; next }
    /^--config=/ { found = substr($0, 10); next }
    /^-c./ { found = substr($0, 3) }
    END { if (found != "") print found }'
}

ask_gunicorn_environment() {
  check_pid "$1" || return
  if [ ! -r "/proc/$1/cmdline" ]; then
    complain "There is no process $1 (any more): Gunicorn's master is not running."
    return 69
  fi
  # Tabs separate the arguments of the answer, so they cannot stand inside one.
  printf 'cmdline\t%s\n' "$(tr '\t\n\000' '  \t' <"/proc/$1/cmdline")"
  # Working directory and environment are closed to all but the service's own user and root.
  gunicorn_cwd=$(readlink "/proc/$1/cwd" 2>/dev/null)
  if [ -z "$gunicorn_cwd" ] && have systemctl; then
    gunicorn_unit=$(sed -nE 's:^[^/]*/.*/([^/]+\.service)(/.*)?$:\1:p' "/proc/$1/cgroup" 2>/dev/null | sed -n 1p)
    if [ -n "$gunicorn_unit" ] && check_unit "$gunicorn_unit"; then
      gunicorn_cwd=$(systemctl show -p WorkingDirectory -- "$gunicorn_unit" 2>/dev/null)
      gunicorn_cwd=${gunicorn_cwd#WorkingDirectory=}
      # "!" and "-" in front mean "if it is there".
      gunicorn_cwd=${gunicorn_cwd#[!-]}
    fi
  fi
  if [ -n "$gunicorn_cwd" ]; then printf 'cwd\t%s\n' "$gunicorn_cwd"; fi
  if [ -r "/proc/$1/environ" ] && gunicorn_environ=$(tr '\n\t\000' '  \n' 2>/dev/null <"/proc/$1/environ" |
    grep -aE '^(GUNICORN_CMD_ARGS|WEB_CONCURRENCY|PORT)=' || [ $? -eq 1 ]); then
    if [ -n "$gunicorn_environ" ]; then printf '%s\n' "$gunicorn_environ" | sed 's/^/environ	/'; fi
  else
    gunicorn_environ=
    echo environ-denied
  fi
  # The command line wins over GUNICORN_CMD_ARGS, that over ./gunicorn.conf.py.
  gunicorn_file=$(tr '\n\000' ' \n' <"/proc/$1/cmdline" | gunicorn_config_of)
  if [ -z "$gunicorn_file" ]; then
    gunicorn_file=$(printf '%s\n' "$gunicorn_environ" | sed -n 's/^GUNICORN_CMD_ARGS=//p' | tr -d "\"'" | tr ' ' '\n' | gunicorn_config_of)
  fi
  gunicorn_default=no
  if [ -z "$gunicorn_file" ]; then gunicorn_file=gunicorn.conf.py; gunicorn_default=yes; fi
  gunicorn_file=${gunicorn_file#file:}
  case $gunicorn_file in
    python:*) complain "Gunicorn's settings come from the module ${gunicorn_file#python:}: it is not read."; return 1 ;;
    /*) ;;
    *)
      if [ -z "$gunicorn_cwd" ]; then
        complain "The working directory of process $1 is closed to user $(id -un): $gunicorn_file cannot be found."
        return 1
      fi
      gunicorn_file=$gunicorn_cwd/$gunicorn_file
      ;;
  esac
  if [ "$gunicorn_default" = yes ] && [ ! -e "$gunicorn_file" ]; then
    # Without -c the file need not be there, unless its directory cannot be looked into.
    why_unreadable "$gunicorn_file" 2>/dev/null
    if [ $? -eq 69 ]; then return 0; fi
  fi
  if ! why_unreadable "$gunicorn_file"; then
    printf 'config-file\t%s\n' "$gunicorn_file"
    return 1
  fi
  printf 'config-file\t%s\t%s\n' "$gunicorn_file" "$(stat -L -c %Y -- "$gunicorn_file" 2>/dev/null)"
  echo '--- config'
  head -c 131072 -- "$gunicorn_file" | "$staunch_awk" "$gunicorn_config_mask"
  return 0
}
