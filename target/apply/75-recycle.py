# `recycle-worker`: one worker leaves after its requests, and Gunicorn starts a new one.


def recycle_verb(request):
    plan = request['plan']
    target_of(request['unit'])
    try:
        expect_unchanged(plan, [])
        worker = worker_to_recycle(plan)
    except Refusal as refusal:
        note(request, 'stale', refusal.detail)
        raise
    record = {'schema': 1, 'planId': request['planId'], 'digest': request['digest'], 'unit': request['unit'],
              'kind': 'recycle-worker', 'changes': [], 'workers': 0,
              'until': deadline(plan['confirmWithinSeconds'])}
    # Said before it is done: a second call never ends a second worker.
    save(record, 'confirmed', 'worker %d is told to leave' % worker['pid'])
    try:
        send(worker, signal.SIGTERM)
    except ActivationFailed as failure:
        save(record, 'confirmed', plain(failure))
        return record
    save(record, 'confirmed', wait_for_successor(plan, worker))
    return record


def worker_to_recycle(plan):
    wanted = plan['activation']
    worker = process_of(wanted['pid'])
    if worker is None or worker['gone'] or identity(worker) != (wanted['pid'], wanted['startTicks']):
        raise Refusal('stale', 'worker %d has left already; make a new plan' % wanted['pid'])
    if worker['parent'] != plan['precondition']['mainPid']:
        raise Refusal('not-allowed', 'process %d is no worker of %s' % (wanted['pid'], plan['unit']))
    return worker


def wait_for_successor(plan, worker):
    main, ends = plan['precondition']['mainPid'], time.monotonic() + RECYCLE_SECONDS
    while time.monotonic() < ends:
        present = workers_of(main)
        left = identity(worker) not in {identity(one) for one in present}
        younger = [one for one in present if one['startTicks'] > worker['startTicks']]
        if left and younger:
            return 'worker %d has left, %d workers run' % (worker['pid'], len(present))
        time.sleep(0.1)
    return 'worker %d was told to leave and had not after %d s: it finishes its requests first' % (worker['pid'], RECYCLE_SECONDS)
