# The NGINX configuration in force, in the form of `nginx -T`.
#
# The files are read as they are: `nginx -T` would open (and create) every log file it names and look up every
# upstream's name, and an ordinary user is refused anyway. It is asked only where the files cannot be read.

nginx_max_files=300
nginx_max_depth=10

# nginx_setting NAME: what `nginx -V` says it was built with (--conf-path=…, --prefix=…).
nginx_setting() {
  nginx_rest=${nginx_built#*"--$1="}
  if [ "$nginx_rest" = "$nginx_built" ]; then return 1; fi
  printf '%s' "${nginx_rest%%[ 
]*}"
}

# Arguments of the running master, one per line. Its title is "nginx: master process /usr/sbin/nginx -c FILE".
nginx_master_words() {
  for nginx_pid in /run/nginx.pid /var/run/nginx.pid /usr/local/nginx/logs/nginx.pid; do
    if [ -r "$nginx_pid" ]; then
      IFS= read -r nginx_pid <"$nginx_pid"
      case $nginx_pid in '' | *[!0-9]*) continue ;; esac
      tr '\000 ' '\n\n' <"/proc/$nginx_pid/cmdline" 2>/dev/null && return 0
    fi
  done
  # The pid file may be elsewhere, or be closed to this user: processes are open to everyone.
  for nginx_pid in $(grep -lazE '^nginx: master process ' /proc/[0-9]*/cmdline 2>/dev/null); do
    tr '\000 ' '\n\n' <"$nginx_pid" 2>/dev/null && return 0
  done
  return 1
}

# Sets nginx_conf (the first file) and nginx_prefix (where relative includes begin), nginx_program.
nginx_find() {
  nginx_program=nginx; nginx_conf=; nginx_word=
  # shellcheck disable=SC2046
  for nginx_next in $(set -f; nginx_master_words); do
    case $nginx_word in -c) nginx_conf=$nginx_next ;; process) case $nginx_next in /*) nginx_program=$nginx_next ;; esac ;; esac
    nginx_word=$nginx_next
  done
  if ! have "$nginx_program"; then
    nginx_program=
    for nginx_next in /usr/sbin/nginx /usr/local/sbin/nginx /usr/local/nginx/sbin/nginx /opt/nginx/sbin/nginx /usr/local/openresty/nginx/sbin/nginx; do
      if [ -x "$nginx_next" ]; then nginx_program=$nginx_next; break; fi
    done
  fi
  nginx_built=
  if [ -n "$nginx_program" ]; then nginx_built=$("$nginx_program" -V 2>&1); fi
  case $nginx_conf in
    /*) ;;
    ?*) nginx_conf=$(nginx_setting prefix)/$nginx_conf ;;
    *) nginx_conf=$(nginx_setting conf-path) || nginx_conf=/etc/nginx/nginx.conf ;;
  esac
  # "the configuration prefix" is the directory of the first file.
  nginx_prefix=${nginx_conf%/*}
}

# nginx_print FILE DEPTH: the file, then what it includes, each file once.
nginx_print() {
  case $nginx_seen in *"
$1
"*) return ;; esac
  nginx_seen="$nginx_seen$1
"
  nginx_files=$((nginx_files + 1))
  if [ "$nginx_files" -gt "$nginx_max_files" ]; then return; fi
  if ! why_unreadable "$1"; then
    nginx_missing=$((nginx_missing + 1))
    return
  fi
  printf '# configuration file %s:\n' "$1"
  # A file of more than 1 MB is a list of addresses, not of log files and upstreams.
  head -c 1048576 -- "$1"
  printf '\n'
  if [ "$2" -ge "$nginx_max_depth" ]; then return; fi
  # Words and no more: the text of a configuration is expanded as file names below, never run.
  nginx_included=$(sed -nE 's/^([^#]*[;{}[:space:]])?include[[:space:]]+["'\'']?([^;"'\'']+)["'\'']?[[:space:]]*;.*$/\2/p' "$1")
  set -- "$1" "$2" "$nginx_included"
  # Only lines are split here: the patterns are expanded below, from the right directory.
  set -f
  IFS='
'
  for nginx_pattern in $3; do
    unset IFS
    set +f
    case $nginx_pattern in /*) ;; *) nginx_pattern=$nginx_prefix/$nginx_pattern ;; esac
    nginx_print_pattern "$nginx_pattern" "$(($2 + 1))"
  done
  unset IFS
  set +f
}

nginx_print_pattern() {
  nginx_dir=${1%/*}
  case $nginx_dir in
    *[*?[]*) ;;
    *)
      # A directory that may not be listed has no matches: that is not "no files".
      case ${1##*/} in
        *[*?[]*)
          if [ -e "$nginx_dir" ] && ! { [ -r "$nginx_dir" ] && [ -x "$nginx_dir" ]; }; then
            complain "$nginx_dir may not be listed by user $(id -un): \"include $1\" is not known."
            nginx_missing=$((nginx_missing + 1))
            return
          fi
          ;;
      esac
      ;;
  esac
  IFS='
'
  # Expanding is what is wanted; with this IFS a name with spaces stays whole.
  # shellcheck disable=SC2086
  set -- "$2" $1
  unset IFS
  # Positional parameters belong to this call; a variable would be changed by the calls below it.
  while [ $# -gt 1 ]; do
    # A pattern without a match stays as it is; NGINX allows that, but not a plain name that is missing.
    case $2 in
      *[*?[]*) if [ -e "$2" ]; then nginx_print "$2" "$1"; fi ;;
      *) nginx_print "$2" "$1" ;;
    esac
    nginx_keep=$1
    shift 2
    set -- "$nginx_keep" "$@"
  done
}

ask_nginx_config() {
  nginx_find
  if [ -z "$nginx_program" ] && [ ! -e "$nginx_conf" ]; then
    why_unreadable "$nginx_conf"
    nginx_state=$?
    if [ "$nginx_state" -eq 69 ]; then complain 'NGINX does not seem to be installed here.'; fi
    return "$nginx_state"
  fi
  if why_unreadable "$nginx_conf" 2>/dev/null; then
    nginx_seen='
'
    nginx_files=0; nginx_missing=0
    nginx_print "$nginx_conf" 0
    if [ "$nginx_files" -gt "$nginx_max_files" ]; then
      complain "More than $nginx_max_files configuration files: the rest is left out."
      return 1
    fi
    if [ "$nginx_missing" -gt 0 ]; then return 1; fi
    return 0
  fi
  nginx_dump=$("$nginx_program" -T 2>/dev/null)
  if [ -n "$nginx_dump" ]; then printf '%s\n' "$nginx_dump"; return 0; fi
  why_unreadable "$nginx_conf"
}
