# Making a change effective, and seeing that the service survived it.


def activate(unit, kind, drop_in, workers):
    """Raises ActivationFailed when the unit does not run with the change afterwards. Answers what was seen."""
    if drop_in or kind == 'daemon-reload':
        systemctl(['daemon-reload'])
    if kind == 'reload':
        return reload_unit(unit, workers)
    if kind == 'restart':
        return restart_unit(unit, workers)
    return 'in place for the next start' if kind == 'none' else 'systemd has read it'


def reload_unit(unit, workers):
    shown = show(unit)
    if shown.get('ActiveState') != 'active':
        raise ActivationFailed('%s is %s: only an active unit can be reloaded' % (unit, shown.get('ActiveState')))
    master = process_of(int(shown['MainPID']))
    if master is None:
        raise ActivationFailed('%s has no main process' % unit)
    old = {identity(one) for one in workers_of(master['pid'])}
    if shown.get('CanReload') == 'yes':
        systemctl(['reload', '--', unit], RELOAD_SECONDS)
    else:
        send(master, signal.SIGHUP)
    return wait_for_workers(unit, master, old, workers, RELOAD_SECONDS)


def restart_unit(unit, workers):
    try:
        systemctl(['restart', '--', unit], RESTART_SECONDS)
    except ActivationFailed as failure:
        shown = show(unit)
        raise ActivationFailed('%s (it is %s, result %s)' % (failure, shown.get('ActiveState'), shown.get('Result')))
    shown = show(unit)
    master = process_of(int(shown.get('MainPID') or 0))
    if shown.get('ActiveState') != 'active' or master is None:
        raise ActivationFailed('%s is %s after the restart, result %s' % (unit, shown.get('ActiveState'), shown.get('Result')))
    return wait_for_workers(unit, master, set(), workers, RELOAD_SECONDS)


def identity(process):
    return process['pid'], process['startTicks']


def send(process, number):
    """A signal to this very process: between the look and the signal the pid is held where the kernel can."""
    opened = getattr(os, 'pidfd_open', None)
    held = opened(process['pid']) if opened else None
    try:
        now = process_of(process['pid'])
        if now is None or identity(now) != identity(process):
            raise ActivationFailed('process %d is another one by now' % process['pid'])
        if held is None:
            os.kill(process['pid'], number)
        else:
            signal.pidfd_send_signal(held, number)
    except ProcessLookupError:
        raise ActivationFailed('process %d has ended' % process['pid'])
    finally:
        if held is not None:
            os.close(held)


def wait_for_workers(unit, master, old, wanted, seconds):
    """
    Waits until workers younger than the action run and stay: a worker that cannot import the application ends soon
    after its start, and takes the main process with it.
    """
    ends = time.monotonic() + seconds
    steady, since, cpu, quiet = None, 0.0, 0, 0.0
    while True:
        now = time.monotonic()
        shown = show(unit)
        main = process_of(master['pid'])
        if main is None or main['gone'] or identity(main) != identity(master) or int(shown.get('MainPID') or 0) != master['pid']:
            raise ActivationFailed('the main process of %s (%d) ended: it is %s, result %s' % (
                unit, master['pid'], shown.get('ActiveState'), shown.get('Result')))
        if shown.get('ActiveState') not in ('active', 'reloading'):
            raise ActivationFailed('%s is %s, result %s' % (unit, shown.get('ActiveState'), shown.get('Result')))
        present = workers_of(master['pid'])
        young = {identity(one) for one in present if identity(one) not in old}
        remaining = len(present) - len(young)
        enough = len(young) >= max(1, wanted) or (young and not remaining)
        if not enough or young != steady:
            steady, since, quiet = young if enough else None, now, now
        used = sum(one['cpu'] for one in present if identity(one) in young)
        if used != cpu:
            cpu, quiet = used, now
        if enough and now - since >= SETTLE_SECONDS and (now - quiet >= QUIET_SECONDS or now - since >= SETTLE_AT_MOST_SECONDS):
            return '%d workers are younger than the change%s' % (
                len(young), '' if not remaining else ', %d older ones still finish requests' % remaining)
        if now >= ends:
            if not young:
                raise ActivationFailed('no new worker was seen within %d s' % seconds)
            return '%d workers are younger than the change, %d older; they had not settled after %d s' % (
                len(young), remaining, seconds)
        time.sleep(0.2)
