# Checks of the new bytes before they are in place: a HUP with a broken configuration ends Gunicorn's main process.

# Runs in the application's own interpreter, as its user: what is read is what Gunicorn will read.
SYNTAX = '''
import ast, json, sys
source = sys.stdin.buffer.read()
try:
    tree = ast.parse(source, 'gunicorn.conf.py')
    compile(source, 'gunicorn.conf.py', 'exec')
except (SyntaxError, ValueError) as error:
    print(json.dumps({'ok': False, 'line': getattr(error, 'lineno', None), 'text': str(error)}))
    sys.exit()
last = {}
for node in tree.body:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            value = getattr(node, 'value', None) if isinstance(node, ast.Assign) else None
            number = getattr(value, 'value', getattr(value, 'n', None))
            last[inner.id] = number if type(number) is int else None
print(json.dumps({'ok': True, 'last': {name: last[name] for name in ('max_requests', 'max_requests_jitter', 'workers') if name in last}}))
'''
# What tells a child of systemd who it is; a check must not speak for the service.
NOT_FOR_CHECKS = ('NOTIFY_SOCKET', 'WATCHDOG_PID', 'WATCHDOG_USEC', 'LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES')


def check(name, ok, detail):
    return {'name': name, 'ok': ok, 'detail': detail}


def check_config(path, after, settings, pid, demanded):
    """Syntax and values by the application's interpreter; with `demanded` also Gunicorn's own check."""
    identity = identity_of(pid)
    program = link_of(pid, 'exe')
    if identity is None or program is None or program.endswith(' (deleted)'):
        return [check('syntax', False, 'the interpreter of process %d cannot be found (%s): was Python upgraded since the last restart?' % (pid, plain(program)))]
    ran = run([program, '-IS', '-c', SYNTAX], CHECK_SECONDS, after, identity)
    try:
        said = json.loads(ran.out)
    except ValueError:
        return [check('syntax', False, '%s could not check it: %s' % (plain(program), ran.said()))]
    if not said['ok']:
        return [check('syntax', False, '%s, line %s: %s' % (plain(path), plain(said['line'], 10), plain(said['text'])))]
    checks = [check('syntax', True, '%s reads it' % plain(program))]
    for name in sorted(settings):
        found = said['last'].get(name)
        checks.append(check('value ' + name, found == settings[name],
                            '%s is %s at the end of the file, expected %d' % (name, plain(found, 20), settings[name])))
    if demanded:
        checks.append(check_by_gunicorn(path, after, pid, identity))
    return checks


def check_by_gunicorn(path, after, pid, identity):
    """`gunicorn --check-config` with the master's own command line: imports the application, as its user."""
    words = words_of(pid, 'cmdline')
    folder = link_of(pid, 'cwd')
    if link_of(pid, 'root') != link_of(os.getpid(), 'root'):
        return check('gunicorn', False, 'the service has a root folder of its own, where it cannot be checked')
    if len(words) < 2 or folder is None or not any(word.rsplit('/', 1)[-1] in ('gunicorn', 'gunicorn3', '__main__.py', 'gunicorn.py') for word in words[:3]):
        return check('gunicorn', False, 'the command line of process %d is hidden (setproctitle), so the check cannot be run; set checkConfig to false in %s to do without' % (pid, TARGETS))
    environment = {name: value for name, value in environment_of(pid).items() if name not in NOT_FOR_CHECKS}
    with Scratch() as scratch:
        trial = scratch.lay(os.path.basename(path), after, 0o640, identity[1])
        ran = run(words + ['--check-config', '--config', trial], CHECK_SECONDS, b'', identity, environment, folder)
    if ran.code == 0:
        return check('gunicorn', True, 'gunicorn --check-config accepts it, the application imports')
    lines = [line for line in (ran.err + ran.out).split('\n') if line.strip()]
    return check('gunicorn', False, 'gunicorn --check-config: %s' % plain('; '.join(lines[-3:]) or ran.said(), 400))


def check_drop_in(path, after, shown):
    """`systemd-analyze verify` on copies in a folder of its own, for lines that this systemd does not know."""
    unit = os.path.basename(os.path.dirname(path))[:-2]
    if tool('systemd-analyze') is None:
        return [check('systemd', True, 'systemd-analyze is not installed: only the lines themselves were checked')]
    with Scratch() as scratch:
        try:
            with open(shown['FragmentPath'], 'rb') as file:
                fragment = file.read(MAX_FILE)
        except (OSError, KeyError) as error:
            return [check('systemd', False, 'the unit file cannot be read: %s' % plain(error))]
        whole_unit = scratch.lay(unit, fragment, 0o644, ROOT_GID)
        for at, other in enumerate(shown.get('DropInPaths', '').split()):
            if other != path:
                with open(other, 'rb') as file:
                    scratch.lay('%s.d/%02d-%s' % (unit, at, os.path.basename(other)), file.read(MAX_FILE), 0o644, ROOT_GID)
        name = 'new-' + os.path.basename(path)
        scratch.lay('%s.d/%s' % (unit, name), after, 0o644, ROOT_GID)
        ran = run_tool('systemd-analyze', ['--man=no', 'verify', whole_unit], CHECK_SECONDS)
    lines = [line for line in (ran.err + ran.out).split('\n') if name in line]
    if lines:
        return [check('systemd', False, plain('; '.join(lines).replace(scratch.path + '/', ''), 400))]
    return [check('systemd', True, 'systemd-analyze verify has nothing against it')]


class Scratch:
    """A folder of our own outside of every folder that others may write, for files that only a check reads."""

    def __enter__(self):
        os.makedirs(SCRATCH, 0o711, exist_ok=True)
        self.path = '%s/check-%d' % (SCRATCH, os.getpid())
        os.mkdir(self.path, 0o711)
        return self

    def lay(self, name, data, mode, gid):
        path = '%s/%s' % (self.path, name)
        os.makedirs(os.path.dirname(path), 0o711, exist_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            write_all(file, data)
            os.fchown(file, -1, gid)
            os.fchmod(file, mode)
        finally:
            os.close(file)
        return path

    def __exit__(self, *_):
        import shutil
        shutil.rmtree(self.path, ignore_errors=True)
