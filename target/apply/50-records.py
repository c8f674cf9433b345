# What was done and how far it got, on the disk before it is done: whatever ends this program, the next call knows.
# STATE/plans/PLANID/ holds record.json, the plan, the old bytes and a reserve of space; STATE/open/PLANID is there as long as
# the plan may still have to be taken back.

FINAL = ('confirmed', 'rolled-back', 'failed', 'stale')
# Stages that only exist while a helper works on them: found without one, the helper was interrupted.
UNDER_WAY = ('prepared', 'writing', 'written', 'activating', 'rolling-back')
RESERVE_BYTES = 64 << 10


def state_folder(*names):
    path = '/'.join((real_path(STATE),) + names)
    os.makedirs(path, 0o700, exist_ok=True)
    status = os.stat(path)
    if status.st_uid != ROOT_UID or status.st_mode & 0o022:
        raise unsafe(path, 'it must belong to root and be closed to others')
    return path


class Lock:
    """One helper at a time changes things. The kernel lets go of the lock when its holder ends, however it ends."""

    def __init__(self, seconds):
        self.file = os.open(state_folder() + '/lock', os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        ends = time.monotonic() + seconds
        self.held = False
        while not self.held:
            try:
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.held = True
            except BlockingIOError:
                if time.monotonic() >= ends:
                    break
                time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.file)


def busy():
    return Refusal('busy', 'another call has been at work for more than %d s; ask "status" and try again' % LOCK_SECONDS)


def write_file(folder, name, data):
    """Whole and on the disk under its name, or not at all."""
    trial = '%s/.%s.new' % (folder, name)
    file = os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        write_all(file, data)
        os.fsync(file)
    finally:
        os.close(file)
    os.rename(trial, '%s/%s' % (folder, name))
    sync_folder(folder)


def sync_folder(path):
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def remove_file(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def plan_folder(plan_id):
    return state_folder('plans', plan_id)


def load(plan_id):
    """The record of a plan, or None."""
    path = '%s/plans/%s/record.json' % (real_path(STATE), plan_id)
    try:
        with open(path, 'rb') as file:
            return json.loads(file.read().decode('utf-8'))
    except FileNotFoundError:
        return None


def save(record, stage, detail=None):
    """Moves a record to a stage. When the disk is full the reserve is given up: the truth must still fit."""
    record['stage'] = stage
    record['atMs'] = now_ms()
    if detail is not None:
        record['detail'] = detail
    folder = plan_folder(record['planId'])
    data = json.dumps(record, sort_keys=True).encode('utf-8')
    try:
        write_file(folder, 'record.json', data)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT) or not os.path.exists(folder + '/reserve'):
            raise
        os.unlink(folder + '/reserve')
        write_file(folder, 'record.json', data)
    if stage in FINAL:
        remove_file(folder + '/reserve')
        remove_file('%s/%s' % (state_folder('open'), record['planId']))
    log('plan %s of %s: %s%s' % (record['planId'], record['unit'], stage, ': ' + record['detail'] if record.get('detail') else ''))


def open_record(record, plan, backups):
    """Keeps the old bytes and says what will be done. Nothing was written outside of STATE when this fails."""
    folder = plan_folder(record['planId'])
    write_file(state_folder('open'), record['planId'], b'')
    try:
        for at, data in enumerate(backups):
            if data is not None:
                write_file(folder, 'before-%d' % at, data)
        write_file(folder, 'plan.json', plan.encode('utf-8'))
        write_file(folder, 'reserve', b'\0' * RESERVE_BYTES)
        save(record, 'prepared', 'prepared, nothing written yet')
    except BaseException:
        import shutil
        shutil.rmtree(folder, ignore_errors=True)
        remove_file('%s/%s' % (state_folder('open'), record['planId']))
        raise


def backup_of(record, at):
    with open('%s/before-%d' % (plan_folder(record['planId']), at), 'rb') as file:
        data = file.read()
    if sha256(data) != record['changes'][at]['before']['sha256']:
        raise ActivationFailed('the backup of %s is damaged' % plain(record['changes'][at]['path']))
    return data


def note(request, stage, detail):
    """Best effort: remembers that a plan was refused, so that `status` can tell it. It never changed anything."""
    try:
        save({'schema': 1, 'planId': request['planId'], 'digest': request.get('digest'), 'unit': request['unit'],
              'kind': 'none', 'changes': []}, stage, detail)
    except OSError:
        pass


def open_plans():
    try:
        return sorted(name for name in os.listdir(state_folder('open')) if PLAN_ID.match(name))
    except FileNotFoundError:
        return []


def deadline(seconds):
    """An instant that survives a step of the wall clock (same boot) and a reboot (wall clock)."""
    return {'bootId': boot_id(), 'bootSeconds': boot_seconds() + seconds, 'wallMs': now_ms() + seconds * 1000,
            'seconds': seconds}


def seconds_left(until):
    if until['bootId'] == boot_id():
        return until['bootSeconds'] - boot_seconds()
    # After a reboot the wall clock is all there is; a clock that went backward must not give more than was granted.
    return min(until['seconds'], (until['wallMs'] - now_ms()) / 1000.0)
