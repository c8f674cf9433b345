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

# serve_run FUNCTION MAXBYTES ARG...: the answer goes to fd 3 as it comes. Prints "status=N", "more=1" when
# the answer was cut, and "complaint=..." last. The layers are needed because the exit status of the verb,
# what it wrote to stderr and its answer have to go three ways without a temporary file:
#   fd 3 the client, fd 4 the complaint, fd 5 the status.
serve_run() {
  serve_function=$1
  serve_max=$2
  shift 2
  exec 5>&1
  serve_complaint=$(
    {
      {
        # The verb gets an empty stdin, so that it cannot swallow the questions that follow.
        (
          unset IFS
          set +f
          ulimit -t 60 2>/dev/null
          "$serve_function" "$@"
        ) </dev/null 2>&4 3>&- 4>&- 5>&-
        echo "status=$?" >&5
      } | {
        head -c "$serve_max" >&3
        # One more byte means that the answer was cut; the verb then ends by SIGPIPE.
        if [ "$(head -c 1 | wc -c)" -gt 0 ]; then echo more=1 >&5; fi
      }
    } 4>&1 | {
      # The rest is read and dropped: a tool with much to complain about must not die of it.
      head -c "$serve_complaint_bytes" | tr -d '\000'
      cat >/dev/null
    }
  )
  printf 'complaint=%s' "$serve_complaint"
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
  # Only a function of this script counts: for a program in PATH the answer would be its path.
  if [ "$(command -v "ask_$serve_verb" 2>/dev/null)" != "ask_$serve_verb" ]; then
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
  serve_result=$(serve_run "ask_$serve_verb" "$serve_limit" "$@")
  serve_marks=${serve_result%%complaint=*}
  serve_status=${serve_marks##*status=}
  serve_status=${serve_status%%[!0-9]*}
  case $serve_marks in *more=1*) serve_cut=1 ;; *) serve_cut=0 ;; esac
  printf '\n%s end %s %s %s\n%s\n%s done %s\n' "$serve_marker" "$serve_id" "${serve_status:-70}" "$serve_cut" \
    "${serve_result#*complaint=}" "$serve_marker" "$serve_id"
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
