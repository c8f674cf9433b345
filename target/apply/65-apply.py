# `check` and `apply`.


def expect_unchanged(plan, found):
    """Everything the plan was made for is still so; otherwise it is stale and nothing is written."""
    def stale(what):
        return Refusal('stale', '%s; make a new plan' % what)
    for change, file in zip(plan['changes'], found):
        path, before = plain(change['path']), change['before']
        if before is None and file is not None:
            raise stale('%s is there now, the plan was made when it was not' % path)
        if before is not None and file is None:
            raise stale('%s is not there any more' % path)
        if before is not None and not file.is_like(before):
            different = [name for name in ('sha256', 'mode', 'uid', 'gid') if getattr(file, name) != before[name]]
            raise stale('%s is not as it was: %s' % (path, ', '.join('content' if name == 'sha256' else name for name in different)))
    shown, wanted = show(plan['unit']), plan['precondition']
    master = process_of(int(shown.get('MainPID') or 0)) if shown.get('MainPID', '').isdigit() else None
    if master is None or identity(master) != (wanted['mainPid'], wanted['mainStartTicks']):
        raise stale('the main process of %s is %s, the plan was made for %d' % (plan['unit'], shown.get('MainPID'), wanted['mainPid']))
    if shown.get('FragmentPath', '') != wanted['fragmentPath']:
        raise stale('the unit file is %s, the plan was made for %s' % (plain(shown.get('FragmentPath')), plain(wanted['fragmentPath'])))
    if shown.get('DropInPaths', '').split() != wanted['dropInPaths']:
        raise stale('the drop-ins of %s are others: %s' % (plan['unit'], plain(shown.get('DropInPaths') or 'none')))
    if shown.get('NeedDaemonReload') != 'no':
        raise stale('the unit\'s files were changed since systemd read them (NeedDaemonReload)')
    if shown.get('ActiveState') != 'active':
        raise stale('%s is %s' % (plan['unit'], shown.get('ActiveState')))
    version = wanted.get('gunicornVersion')
    if version is not None and gunicorn_version(master['pid']) != version:
        raise stale('Gunicorn is %s, the plan was made for %s' % (gunicorn_version(master['pid']), plain(version)))
    named = worker_class_of(master['pid'])
    if named is not None and wanted.get('workerClass', named) != named:
        raise stale('the worker class is %s, the plan was made for %s' % (plain(named), plain(wanted['workerClass'])))
    return shown


def new_bytes(change):
    return base64.b64decode(change['after']['base64'])


def check_bytes(plan, target, found, shown):
    """Whether the new bytes are a change that Staunch may make, and whether they are sound."""
    checks = []
    for change, file in zip(plan['changes'], found):
        path, data = change['path'], new_bytes(change)
        if path == target.get('dropIn'):
            allow_drop_in(path, data, shown, plan['precondition']['mainPid'])
            checks += check_drop_in(path, data, shown)
        else:
            settings = allow_config(path, file.data if file else b'', data)
            checks += check_config(path, data, settings, plan['precondition']['mainPid'], target.get('checkConfig', False))
    return checks


def expect_space(places, plan):
    """Room for the new file, the spare of the old one and the backup, before anything is begun."""
    for place, change in zip(places, plan['changes']):
        if place.folder is None:
            continue
        free, files = place.free_bytes()
        needed = 2 * len(new_bytes(change)) + (1 << 20)
        if free < needed or files < 8:
            raise no_space(os.path.dirname(place.path), free, needed)
    state = os.statvfs(state_folder())
    needed = (2 << 20) + RESERVE_BYTES
    if state.f_bavail * state.f_frsize < needed:
        raise no_space(STATE, state.f_bavail * state.f_frsize, needed)


def no_space(where, free, needed):
    return Refusal('no-space', '%s has %d KiB left, %d KiB are needed; nothing was changed' % (plain(where), free >> 10, needed >> 10))


def check_verb(request):
    plan, target = request['plan'], target_of(request['unit'])
    checks = []
    try:
        allow_changes(plan, target)
        checks.append(check('allowed', True, 'unit and files are in %s' % TARGETS))
        places = [Place(change['path']) for change in plan['changes']]
        found = [place.read() for place in places]
        shown = expect_unchanged(plan, found)
        checks.append(check('unchanged', True, 'files, unit and main process are as the plan says'))
        expect_space(places, plan)
        checks.append(check('space', True, 'there is room for the new files and their backups'))
        checks += check_bytes(plan, target, found, shown)
    except Refusal as refusal:
        names = {'not-allowed': 'allowed', 'stale': 'unchanged', 'no-space': 'space'}
        checks.append(check(names.get(refusal.code, refusal.code), False, refusal.detail))
    return {'checks': checks}


def apply_verb(request):
    plan, target = request['plan'], target_of(request['unit'])
    others = [one for one in map(load, open_plans()) if one and one['unit'] == request['unit']]
    if others:
        raise Refusal('busy', 'the plan %s of %s waits for its confirmation or its end: confirm it or take it back first' % (others[0]['planId'], request['unit']))
    allow_changes(plan, target)
    places = [Place(change['path']) for change in plan['changes']]
    found = [place.read() for place in places]
    try:
        shown = expect_unchanged(plan, found)
    except Refusal as refusal:
        note(request, 'stale', refusal.detail)
        raise
    expect_space(places, plan)
    failed = [one for one in check_bytes(plan, target, found, shown) if not one['ok']]
    if failed:
        detail = '; '.join('%s: %s' % (one['name'], one['detail']) for one in failed)
        note(request, 'failed', 'the check before writing failed: ' + detail)
        raise Refusal('check-failed', detail)
    record = record_of(request, places, found, target)
    try:
        open_record(record, request['planText'], [file.data if file else None for file in found])
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise Refusal('no-space' if full else 'failed', '%s: %s; nothing was changed' % (STATE, plain(error)))
    return carry_out(record, plan, places, found)


def record_of(request, places, found, target):
    changes = []
    for change, place, file in zip(request['plan']['changes'], places, found):
        after = {name: change['after'][name] for name in ('sha256', 'mode', 'uid', 'gid')}
        before = change['before'] and dict(change['before'], mtimeNs=file.mtime_ns)
        changes.append({'path': change['path'], 'before': before, 'after': after, 'madeFolder': place.folder is None,
                        'dropIn': change['path'] == target.get('dropIn')})
    return {'schema': 1, 'planId': request['planId'], 'digest': request['digest'], 'unit': request['unit'],
            'kind': request['plan']['activation']['kind'], 'changes': changes,
            'workers': request['plan']['verification']['workers'], 'until': deadline(request['confirmWithinSeconds'])}


def carry_out(record, plan, places, found):
    """From here on the record says more than was done, never less; what goes wrong is taken back at once."""
    try:
        arm(record, record['until']['seconds'])
    except Refusal as refusal:
        save(record, 'failed', refusal.detail)
        raise
    try:
        save(record, 'writing', 'being written')
        for place, change, file, kept in zip(places, plan['changes'], found, record['changes']):
            write_change(record, place, change, file, kept)
        save(record, 'written', 'written, not activated yet')
        save(record, 'activating', 'being activated')
        seen = activate(record['unit'], record['kind'], any(kept['dropIn'] for kept in record['changes']), record['workers'])
        save(record, 'activated', seen)
    except Exception as error:  # whatever it is, it must not stay half done
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        roll_back(record, 'the disk became full' if full else plain(error, 600))
    return record


def write_change(record, place, change, file, kept):
    """The spare is the old file again, ready beside the new one: taking back then needs no space on the disk."""
    after, name = change['after'], spare_name(record)
    if place.folder is None:
        place.make_folder()
    if file is not None:
        place.lay(name + '.old', file.data, file.mode, file.uid, file.gid, file.attributes, file.mtime_ns)
    place.lay(name + '.new', new_bytes(change), after['mode'], after['uid'], after['gid'],
              file.attributes if file else ())
    place.move_in(name + '.new', file)


def spare_name(record):
    return '.staunch-' + sha256(record['planId'].encode())[:16]
