# The serve loop: reads questions from stdin, answers on stdout. Appended after the verbs (functions
# ask_<verb>), of which it runs one at a time. docs/reading.md holds the protocol.
#
# It changes nothing on the server: no temporary file, no lock, no state between two questions.

serve_version=1
serve_complaint_bytes=2000

# Whether ending this script's process group ends this session and nothing else: the group must be a whole
# session, led by this script or by the login shell that sshd started it from.
serve_owns_group() {
  IFS= read -r serve_stat <"/proc/$$/stat" || return 1
  set -f
  IFS=' '
  # The name in the file may hold spaces and brackets; after it come state, parent, group and session.
  # shellcheck disable=SC2086
  set -- ${serve_stat##*) }
  [ "$3" = "$4" ] || return 1
  [ "$3" = "$$" ] || { [ "$3" = "$PPID" ] && [ -n "${SSH_CONNECTION-}" ]; }
}

serve_refuse() {
  printf 'staunch: %s\n' "$1" >&2
  exit 70
}

# Ends everything this session started, this script included. sshd gives every session a process group.
serve_end() {
  kill -KILL 0
}

# serve_frame_bad ID TEXT: an answer without bytes, for a question that cannot be asked.
serve_frame_bad() {
  printf '%s begin %s\n\n%s end %s 64 0\n%s\n%s done %s\n' \
    "$serve_marker" "$1" "$serve_marker" "$1" "$2" "$serve_marker" "$1"
}

# serve_run FUNCTION MAXBYTES ARG...: the answer goes to fd 3, the client, as it comes; printed are the end of
# what the tools complained about and, on a line of its own, the exit status. Both go through fd 4, because
# there is no temporary file and the pipe into head hides the status. tail reads to the end, so a tool with
# much to complain about does not die of it; when head has its fill, the tool ends by SIGPIPE.
serve_run() {
  serve_function=$1
  serve_max=$2
  shift 2
  {
    {
      # The verb gets an empty stdin, so that it cannot swallow the questions that follow.
      (
        unset IFS TZ
        set +f
        # Not in POSIX, but in every sh of a Linux server; without it the deadline of the client still holds.
        # shellcheck disable=SC3045
        ulimit -t 60 2>/dev/null
        "$serve_function" "$@"
      ) </dev/null 2>&4 3>&- 4>&-
      printf '\n%s' "$?" >&4
    } | head -c "$serve_max" >&3 4>&-
  } 4>&1 | tail -c "$serve_complaint_bytes"
}

# serve_brief FUNCTION ARG...: the same for verbs whose answers are short by nature (serve_short names them). Their
# bytes are counted by the client alone: three processes less for each of them is a third of a whole diagnosis.
serve_brief() {
  unset IFS TZ
  set +f
  # shellcheck disable=SC3045
  ulimit -t 60 2>/dev/null
  "$@" </dev/null 2>&1 >&3 3>&-
  printf '\n%s' "$?"
}

# serve_question ID MAXBYTES VERB ARG...
serve_question() {
  case $1 in '' | *[!0-9]*) serve_end ;; esac
  serve_id=$1
  case ${2:-x} in *[!0-9]* | ??????????*)
    serve_frame_bad "$serve_id" 'staunch: the byte limit is not a number'
    return
    ;;
  esac
  serve_limit=$2
  serve_name=${3:-}
  case $serve_name in '' | *[!a-z-]*)
    serve_frame_bad "$serve_id" 'staunch: unknown question'
    return
    ;;
  esac
  shift 3
  serve_verb=$serve_name
  while :; do
    case $serve_verb in
    *-*) serve_verb=${serve_verb%%-*}_${serve_verb#*-} ;;
    *) break ;;
    esac
  done
  # Only a function of this script counts, never a program in PATH.
  serve_path=$PATH
  # shellcheck disable=SC2123
  PATH=/nonexistent
  if command -v "ask_$serve_verb" >/dev/null 2>&1; then serve_found=1; else serve_found=0; fi
  if command -v "prepare_$serve_verb" >/dev/null 2>&1; then serve_prepare="prepare_$serve_verb"; else serve_prepare=:; fi
  PATH=$serve_path
  # What a verb wants to know only once per channel is kept here: the verb itself runs in a subshell.
  "$serve_prepare" >/dev/null 2>&1 </dev/null
  if [ "$serve_found" = 0 ]; then
    serve_frame_bad "$serve_id" "staunch: unknown question: $serve_name"
    return
  fi
  serve_left=$#
  while [ "$serve_left" -gt 0 ]; do
    serve_arg=$1
    shift
    case $serve_arg in *\\*)
      serve_arg=$(printf '%bx' "$serve_arg")
      # After \c printf stops: there is no x, and nothing was meant to follow.
      serve_arg=${serve_arg%x}
      ;;
    esac
    case $serve_arg in *"$serve_newline"*)
      serve_frame_bad "$serve_id" 'staunch: an argument holds a line break'
      return
      ;;
    esac
    set -- "$@" "$serve_arg"
    serve_left=$((serve_left - 1))
  done
  printf '%s begin %s\n' "$serve_marker" "$serve_id"
  case " ${serve_short-} " in
    *" $serve_name "*)
      serve_said=$(serve_brief "ask_$serve_verb" "$@")
      if [ ${#serve_said} -gt "$serve_complaint_bytes" ]; then
        serve_said=$(printf '%.2000s\n%s' "$serve_said" "${serve_said##*"$serve_newline"}")
      fi
      ;;
    *) serve_said=$(serve_run "ask_$serve_verb" "$serve_limit" "$@") ;;
  esac
  serve_status=${serve_said##*"$serve_newline"}
  serve_said=${serve_said%"$serve_newline"*}
  # 141 is SIGPIPE. A tool may hide it; the client sees from the length alone that an answer was cut.
  case $serve_status in 141) serve_cut=1 ;; *) serve_cut=0 ;; esac
  printf '\n%s end %s %s %s\n%s\n%s done %s\n' "$serve_marker" "$serve_id" "$serve_status" "$serve_cut" \
    "${serve_said%"$serve_newline"}" "$serve_marker" "$serve_id"
}

serve_questions() {
  exec 3>&1
  set -f
  IFS=' '
  IFS= read -r serve_line || return
  # Splitting is wanted, and set -f keeps file names out of it.
  # shellcheck disable=SC2086
  set -- $serve_line
  [ $# -eq 2 ] && [ "$1" = hello ] && [ ${#2} -eq 32 ] || return
  case $2 in *[!0-9a-f]*) return ;; esac
  serve_marker=$2
  printf '%s hello %s %s %s\n' "$serve_marker" "$serve_version" "$serve_mode" "$(id -u)"
  while IFS= read -r serve_line; do
    # shellcheck disable=SC2086
    set -- $serve_line
    serve_question "$@"
  done
}

serve_newline='
'
if [ -n "${SSH_ORIGINAL_COMMAND+set}" ]; then serve_mode=forced; else serve_mode=shell; fi
unset SSH_ORIGINAL_COMMAND ENV BASH_ENV CDPATH
PATH=${PATH:-/usr/bin:/bin}:/usr/sbin:/sbin:/usr/bin:/bin
LC_ALL=C
export PATH LC_ALL
umask 077

if ! (serve_owns_group); then
  serve_refuse 'the read script must lead a session of its own; start it over SSH or with setsid'
fi
renice -n 10 -p "$$" >/dev/null 2>&1

# cat sees the end of the client's stream even while a question runs; then everything ends at once.
{
  cat
  serve_end
} | {
  serve_questions
  serve_end
}
