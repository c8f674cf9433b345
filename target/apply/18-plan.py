# The plan of one server, as src/remediation/plan.ts has it.

REMEDIES = ('recycling', 'oom-policy', 'memory-limits', 'worker-count', 'recycle-worker')
ACTIVATIONS = ('none', 'daemon-reload', 'reload', 'restart', 'recycle-worker')


def check_plan(text, unit):
    """The plan that a canonical text says. Another text of the same plan is refused: one plan, one digest."""
    expect_string(text, 'plan', MAX_REQUEST, 2)
    plan = parse(text, 'the plan')
    if canonical(plan) != text:
        raise bad('the plan is not canonical JSON: sorted fields, no white space')
    expect_fields(plan, {'schema', 'service', 'server', 'hostKey', 'unit', 'remedy', 'settings', 'changes',
                         'precondition', 'activation', 'verification', 'confirmWithinSeconds'}, 'the plan')
    if type(plan['schema']) is not int or plan['schema'] != 1:
        raise bad('the plan has the schema %s: this helper knows 1' % plain(plan['schema'], 20))
    for name in ('service', 'server', 'hostKey'):
        expect_string(plan[name], name, 200, 1)
    if plan['unit'] != unit:
        raise bad('the plan is for the unit "%s", the request for "%s"' % (plain(plan['unit'], 130), unit))
    if plan['remedy'] not in REMEDIES:
        raise bad('the remedy "%s" is not known' % plain(plan['remedy'], 60))
    check_settings(plan['settings'], 'settings')
    check_changes(plan['changes'])
    check_precondition(plan['precondition'])
    check_activation(plan['activation'], plan['changes'])
    check_verification(plan['verification'])
    expect_number(plan['confirmWithinSeconds'], 'confirmWithinSeconds', 10, 86400)
    return plan


def check_settings(values, what):
    if not isinstance(values, dict) or len(values) > 50:
        raise bad('"%s" is no object of at most 50 values' % what)
    for name, value in values.items():
        expect_text(name, NAME, what, 'names of letters, digits and _')
        if type(value) is int:
            continue
        expect_string(value, '%s.%s' % (what, name), 1000)


def check_changes(changes):
    if not isinstance(changes, list) or len(changes) > 4:
        raise bad('"changes" is no list of at most 4 files')
    paths = set()
    for at, change in enumerate(changes):
        what = 'changes[%d]' % at
        expect_fields(change, {'path', 'before', 'after'}, what)
        path = expect_path(change['path'], what + '.path')
        if path in paths:
            raise bad('%s is changed twice' % plain(path))
        paths.add(path)
        if change['before'] is not None:
            expect_fields(change['before'], {'sha256', 'mode', 'uid', 'gid'}, what + '.before')
            check_file_state(change['before'], what + '.before')
        expect_fields(change['after'], {'sha256', 'mode', 'uid', 'gid', 'base64'}, what + '.after')
        check_file_state(change['after'], what + '.after')
        check_after(change, what)


def check_file_state(state, what):
    expect_text(state['sha256'], SHA256, what + '.sha256', '64 hex digits')
    expect_number(state['mode'], what + '.mode', 0, 0o7777)
    expect_number(state['uid'], what + '.uid', 0, 0xfffffffe)
    expect_number(state['gid'], what + '.gid', 0, 0xfffffffe)


def check_after(change, what):
    before, after = change['before'], change['after']
    try:
        data = base64.b64decode(expect_string(after['base64'], what + '.after.base64', MAX_FILE * 2), validate=True)
    except (binascii.Error, ValueError):
        raise bad('%s.after.base64 is no base64' % what)
    if len(data) > MAX_FILE:
        raise bad('%s.after is larger than %d bytes' % (what, MAX_FILE))
    if sha256(data) != after['sha256']:
        raise bad('%s.after.sha256 is not that of its bytes' % what)
    if before is not None and any(before[name] != after[name] for name in ('mode', 'uid', 'gid')):
        raise Refusal('not-allowed', '%s would get another mode or owner: this helper changes bytes only' % plain(change['path']))
    if before is None and after['mode'] not in (0o644, 0o640, 0o600):
        raise Refusal('not-allowed', '%s would be made with mode %04o: accepted are 0644, 0640 and 0600' % (plain(change['path']), after['mode']))


def check_precondition(value):
    expect_fields(value, {'fragmentPath', 'dropInPaths', 'mainPid', 'mainStartTicks'}, 'precondition',
                  {'gunicornVersion', 'workerClass'})
    expect_string(value['fragmentPath'], 'precondition.fragmentPath', 4096)
    if not isinstance(value['dropInPaths'], list) or len(value['dropInPaths']) > 100:
        raise bad('"precondition.dropInPaths" is no list of at most 100 paths')
    for path in value['dropInPaths']:
        expect_string(path, 'precondition.dropInPaths', 4096, 1)
    expect_number(value['mainPid'], 'precondition.mainPid', 2, 1 << 22)
    expect_number(value['mainStartTicks'], 'precondition.mainStartTicks', 0, MAX_INTEGER)
    for name in ('gunicornVersion', 'workerClass'):
        if name in value:
            expect_string(value[name], 'precondition.' + name, 100, 1)


def check_activation(value, changes):
    expect_fields(value, {'kind'}, 'activation', {'pid', 'startTicks'})
    kind = value['kind']
    if kind not in ACTIVATIONS:
        raise bad('the activation "%s" is not known: expected one of %s' % (plain(kind, 40), ', '.join(ACTIVATIONS)))
    if (kind == 'recycle-worker') == bool(changes):
        raise bad('a plan either changes files or recycles one worker')
    if kind == 'recycle-worker':
        expect_fields(value, {'kind', 'pid', 'startTicks'}, 'activation')
        expect_number(value['pid'], 'activation.pid', 2, 1 << 22)
        expect_number(value['startTicks'], 'activation.startTicks', 0, MAX_INTEGER)
    else:
        expect_fields(value, {'kind'}, 'activation')


def check_verification(value):
    expect_fields(value, {'expected', 'workers', 'workersMustBeNew', 'watchMs'}, 'verification',
                  {'healthUrl', 'firstRecycleMs'})
    check_settings(value['expected'], 'verification.expected')
    expect_number(value['workers'], 'verification.workers', 0, 10000)
    if not isinstance(value['workersMustBeNew'], bool):
        raise bad('"verification.workersMustBeNew" is neither true nor false')
    for name in ('watchMs', 'firstRecycleMs'):
        if name in value:
            expect_number(value[name], 'verification.' + name, 0, MAX_INTEGER)
    if 'healthUrl' in value:
        expect_string(value['healthUrl'], 'verification.healthUrl', 2000)
