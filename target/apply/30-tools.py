# Programs of the system: absolute paths, lists of arguments, an environment of our own, a time limit, an output limit.

CLEAN = {'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL': 'C.UTF-8', 'SYSTEMD_PAGER': '', 'SYSTEMD_COLORS': '0'}
MAX_OUTPUT = 256 << 10
# A connection that is cut must not end a change half way. Children get the default back.
IGNORED_SIGNALS = (signal.SIGHUP, signal.SIGPIPE, signal.SIGTERM, signal.SIGINT)


class Ran:
    """`code` is None when it did not end in time or said more than is read."""

    def __init__(self, code, out, err):
        self.code = code
        self.out = out
        self.err = err

    def said(self):
        return plain((self.err.strip() or self.out.strip()).replace('\n', '; '), 400)


def tool(name):
    for path in TOOLS[name]:
        try:
            status = os.stat(path)
        except OSError:
            continue
        if status.st_uid == ROOT_UID and not status.st_mode & 0o022:
            return path
    return None


def run_tool(name, arguments, seconds=TOOL_SECONDS, data=b''):
    path = tool(name)
    if path is None:
        return Ran(127, '', '%s is not installed' % name)
    return run([path] + arguments, seconds=seconds, data=data)


def become(identity):
    """What a child does before its program: takes the user and groups of a service instead of root, for good."""
    def drop():
        os.setsid()
        for number in IGNORED_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if identity is not None and os.getuid() == 0:
            uid, gid, groups = identity
            os.setgroups(groups)
            os.setresgid(gid, gid, gid)
            os.setresuid(uid, uid, uid)
    return drop


def run(argv, seconds, data=b'', identity=None, environment=None, folder='/'):
    """Runs one program. What it starts is ended with it; it never gets a terminal, our files or our environment."""
    try:
        child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 cwd=folder, env=CLEAN if environment is None else environment, close_fds=True,
                                 preexec_fn=become(identity))
    except (OSError, subprocess.SubprocessError) as error:
        return Ran(127, '', plain(error))
    said = {child.stdout: b'', child.stderr: b''}
    waiting, rest, ends = set(said), memoryview(data), time.monotonic() + seconds
    os.set_blocking(child.stdin.fileno(), False)
    writing = [child.stdin]
    try:
        while waiting:
            left = ends - time.monotonic()
            if left <= 0 or sum(map(len, said.values())) > MAX_OUTPUT:
                return Ran(None, said[child.stdout].decode('utf-8', 'replace'),
                           'it did not end within %d s' % seconds if left <= 0 else 'it said too much')
            readable, writable, _ = select.select(list(waiting), writing, [], left)
            for stream in writable:
                try:
                    rest = rest[os.write(stream.fileno(), rest[:65536]) if rest else 0:]
                except BrokenPipeError:
                    rest = memoryview(b'')
                if not rest:
                    stream.close()
                    writing = []
            for stream in readable:
                part = os.read(stream.fileno(), 65536)
                said[stream] += part
                if not part:
                    waiting.discard(stream)
        child.wait(max(0.1, ends - time.monotonic()))
        return Ran(child.returncode, said[child.stdout].decode('utf-8', 'replace'),
                   said[child.stderr].decode('utf-8', 'replace'))
    except subprocess.TimeoutExpired:
        return Ran(None, '', 'it did not end within %d s' % seconds)
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        for stream in (child.stdin, child.stdout, child.stderr):
            stream.close()


PROPERTIES = (
    'ActiveState SubState MainPID Type FragmentPath DropInPaths NeedDaemonReload NRestarts Result ExecStart ExecStartEx '
    'ExecReload Environment EnvironmentFiles User Group WorkingDirectory OOMPolicy MemoryMax MemoryHigh MemoryCurrent '
    'Restart StartLimitBurst StartLimitIntervalUSec TriggeredBy TimeoutStopUSec TimeoutStartUSec UnitFileState Transient '
    'CanReload ControlGroup RootDirectory RootImage LoadState').split()


def show(unit):
    """What systemd says of a unit now: property to value. Several lines of one property are joined by line ends."""
    ran = run_tool('systemctl', ['show', '--property=' + ','.join(PROPERTIES), '--', unit])
    if ran.code != 0:
        raise Refusal('failed', 'systemctl show %s: %s' % (unit, ran.said()))
    shown = {}
    for line in ran.out.split('\n'):
        name, mark, value = line.partition('=')
        if mark and name in PROPERTIES:
            shown[name] = shown[name] + '\n' + value if name in shown else value
    if shown.get('LoadState') == 'not-found':
        raise Refusal('not-allowed', 'there is no unit %s on this server' % unit)
    return shown


def systemctl(arguments, seconds=TOOL_SECONDS):
    ran = run_tool('systemctl', ['--no-ask-password'] + arguments, seconds)
    if ran.code != 0:
        raise ActivationFailed('systemctl %s: %s' % (' '.join(arguments), ran.said() or 'ended with %s' % ran.code))
