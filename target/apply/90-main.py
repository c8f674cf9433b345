# One request, one answer.

# Verbs that change things hold the lock; `status` waits for it, because what it tells may be changing.
CHANGING = {'apply': apply_verb, 'recycle-worker': recycle_verb, 'confirm': confirm_verb, 'rollback': rollback_verb,
            'dead-man': dead_man_verb}


def answer_to(request):
    verb = request['verb']
    with Lock(600 if verb in ('dead-man', 'overdue') else LOCK_SECONDS) as lock:
        if lock.held:
            take_back_overdue()
        elif verb not in ('state', 'check', 'status'):
            raise busy()
        if verb == 'overdue':
            return {'open': len(open_plans())}
        if verb in CHANGING:
            record = load(request['planId'])
            if verb in ('apply', 'recycle-worker') and record is not None:
                return repeated(record, request)
            return status_of(CHANGING[verb](request))
    if verb == 'status':
        return status_of(status_verb(request))
    return check_verb(request) if verb == 'check' else state_verb(request)


def repeated(record, request):
    """The same plan again: what became of it, and nothing more is done."""
    own(record, request)
    if record['stage'] == 'stale':
        raise Refusal('stale', record['detail'])
    return status_of(record)


def main():
    os.environ.clear()
    os.umask(0o022)
    os.chdir('/')
    for number in IGNORED_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    if SYSLOG:
        syslog.openlog('staunch-helper', syslog.LOG_PID)
    request = None
    try:
        if len(sys.argv) > 1:
            raise bad('the helper takes no arguments; a request is one JSON object on standard input')
        if os.geteuid() != ROOT_UID:
            raise Refusal('failed', 'the helper must run as root: see the sudoers line of "staunch server enable-apply"')
        request = read_request(sys.stdin.buffer)
        answer = dict(answer_to(request), schema=1, ok=True)
    except Refusal as refusal:
        answer = {'schema': 1, 'ok': False, 'refusal': refusal.code, 'detail': refusal.detail}
    except Exception as error:
        log('%s: %s' % (type(error).__name__, error))
        if request and 'planId' in request and load(request['planId']) is not None:
            # Something was begun, so "nothing was changed" may be wrong: no answer means unknown, and `status` tells.
            sys.stderr.write('staunch-helper: %s: %s\n' % (type(error).__name__, plain(error)))
            return 70
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        answer = {'schema': 1, 'ok': False, 'refusal': 'no-space' if full else 'failed',
                  'detail': '%s: %s' % (type(error).__name__, plain(error))}
    try:
        sys.stdout.buffer.write(json.dumps(answer).encode('ascii') + b'\n')
        sys.stdout.buffer.flush()
    except OSError:
        pass  # nobody listens any more; the record tells it
    # The dead man's switch tries again until the change is taken back.
    return 1 if request and request['verb'] in ('dead-man', 'overdue') and not answer['ok'] else 0


sys.exit(main())
