# Taking a change back: the exact bytes, mode and owner, or no file where there was none; then the service again.


def state_of(change):
    """Which version of a file is in place: 'before', 'after' or 'other'. The same on both sides counts as before."""
    with Place(change['path']) as place:
        file = place.read()
    if (file is None and change['before'] is None) or (file is not None and file.is_like(change['before'])):
        return 'before'
    return 'after' if file is not None and file.is_like(change['after']) else 'other'


def roll_back(record, reason):
    """Ends in 'rolled-back', or in 'failed' with what is not as it was. Never overwrites what somebody else wrote."""
    stage, problems = record['stage'], []
    was_activated = stage in ('activating', 'activated', 'confirmed', 'rolling-back')
    try:
        if record['planId'] not in open_plans():
            write_file(state_folder('open'), record['planId'], b'')
        save(record, 'rolling-back', reason)
    except OSError as error:
        # A full disk must not keep the old files away: they lie ready. The end is recorded when there is room again.
        log('plan %s is taken back although that cannot be recorded: %s' % (record['planId'], error))
    # What was being laid when a helper was ended is a second name of a new file, which would look like somebody's link.
    tidy(record, '.new')
    restored = 0
    for at, change in enumerate(record['changes']):
        try:
            restored += put_back(record, at, change)
        except (OSError, Refusal, ActivationFailed) as error:
            problems.append(plain(error.detail if isinstance(error, Refusal) else error, 300))
    tidy(record, '.old')
    if restored or was_activated:
        try:
            reactivate(record, was_activated)
        except (Refusal, ActivationFailed) as error:
            problems.append('the old files are back, but %s' % plain(error, 300))
    disarm(record)
    if problems:
        save(record, 'failed', '%s. Not all is as it was: %s' % (reason, '; '.join(problems)))
    else:
        save(record, 'rolled-back', '%s. %s' % (reason, words_of_return(record)))
    return record


def words_of_return(record):
    if not record['changes']:
        return 'There was nothing to put back.'
    return 'The files are as they were, byte for byte, with mode and owner; that was read again.'


def put_back(record, at, change):
    """Puts one file back and proves it by reading. False where it was as before already."""
    name = spare_name(record)
    now = state_of(change)
    if now == 'before':
        return False
    if now == 'other':
        raise Refusal('failed', '%s was changed by somebody else meanwhile and was left as it is' % plain(change['path']))
    with Place(change['path']) as place:
        file = place.read()
        if change['before'] is None:
            os.unlink(place.name, dir_fd=place.folder)
            os.fsync(place.folder)
        else:
            before = change['before']
            spare = Place(os.path.dirname(change['path']) + '/' + name + '.old')
            with spare:
                ready = spare.read()
            if ready is None or not ready.is_like(before):
                place.lay(name + '.old', backup_of(record, at), before['mode'], before['uid'], before['gid'],
                          file.attributes, before['mtimeNs'])
            place.move_in(name + '.old', file)
    if state_of(change) != 'before':
        raise ActivationFailed('%s is not as it was after it was put back' % plain(change['path']))
    return True


def tidy(record, *endings):
    """Takes away what was laid beside the files, and a folder that was made for one and is empty again."""
    for change in record['changes']:
        try:
            with Place(change['path']) as place:
                for ending in endings:
                    place.remove(spare_name(record) + ending)
            if change['madeFolder'] and endings != ('.new',):
                with Place(os.path.dirname(change['path'])) as folder:
                    os.rmdir(folder.name, dir_fd=folder.folder)
        except (OSError, Refusal):
            pass  # a hidden file that is left over does no harm; the record is what counts


def reactivate(record, was_activated):
    """The service with the old files again. One that somebody stopped on purpose stays stopped."""
    drop_in = any(change['dropIn'] for change in record['changes'])
    if drop_in or record['kind'] == 'daemon-reload':
        systemctl(['daemon-reload'])
    if not was_activated or record['kind'] not in ('reload', 'restart'):
        return
    shown = show(record['unit'])
    if shown.get('ActiveState') == 'inactive' and shown.get('Result') == 'success':
        log('%s was stopped by somebody: it is not started' % record['unit'])
        return
    if shown.get('ActiveState') == 'active' and record['kind'] == 'reload':
        try:
            reload_unit(record['unit'], 1)
            return
        except ActivationFailed as failure:
            log('%s: the reload failed, it is restarted: %s' % (record['unit'], failure))
    if shown.get('ActiveState') != 'active':
        # A unit that failed often is not started again by systemd until this is said.
        run_tool('systemctl', ['--no-ask-password', 'reset-failed', '--', record['unit']])
    restart_unit(record['unit'], 1)


def rollback_verb(request):
    """Takes a plan back, also a confirmed one. A plan that never came is remembered, so that it cannot come late."""
    record = load(request['planId'])
    if record is None:
        target_of(request['unit'])
        note(request, 'failed', 'it was never applied here, and cannot be any more')
        return load(request['planId'])
    own(record, request)
    if record['stage'] in ('activated', 'confirmed'):
        roll_back(record, plain(request['reason'], 300))
    return record


def dead_man_verb(request):
    record = load(request['planId'])
    if record is None:
        raise Refusal('unknown-plan', 'there is no plan %s' % request['planId'])
    own(record, request)
    if record['stage'] == 'activated':
        roll_back(record, 'it was not confirmed within %d s' % record['until']['seconds'])
    if record['stage'] not in FINAL:
        raise Refusal('failed', 'the plan %s is not taken back yet: %s' % (request['planId'], record.get('detail')))
    return record


def confirm_verb(request):
    record = load(request['planId'])
    if record is None:
        raise Refusal('unknown-plan', 'there is no plan %s: it was not applied here' % request['planId'])
    own(record, request)
    if record['stage'] == 'activated':
        # The record first: a switch that fires in between finds it confirmed and does nothing.
        save(record, 'confirmed', record['detail'])
        disarm(record)
        tidy(record, '.new', '.old')
    return record


def own(record, request):
    if record['unit'] != request['unit']:
        raise Refusal('not-allowed', 'the plan %s is of %s, not of %s' % (request['planId'], record['unit'], request['unit']))
    # A plan that was called off before it came has no digest here.
    if record['digest'] is not None and request.get('digest', record['digest']) != record['digest']:
        raise Refusal('other-digest', 'another plan was applied here under the name %s' % request['planId'])
