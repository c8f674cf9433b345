# Processes, from /proc. A pid alone names no process: pid and start ticks together do.


def process_of(pid):
    """pid, parent, start ticks, memory, ticks of CPU, state; None when there is none (any more)."""
    try:
        with open('%s/%d/stat' % (PROC, pid), 'rb') as file:
            text = file.read(4096)
    except OSError:
        return None
    fields = text[text.rindex(b')') + 2:].split()
    return {'pid': pid, 'parent': int(fields[1]), 'startTicks': int(fields[19]),
            'rssBytes': int(fields[21]) * resource.getpagesize(), 'cpu': int(fields[11]) + int(fields[12]),
            'gone': fields[0] in (b'Z', b'X')}


def workers_of(master_pid):
    """Children of the master, oldest first. Between fork and exec a child counts as well: nobody can tell."""
    found = []
    for name in os.listdir(PROC):
        process = process_of(int(name)) if name.isdigit() else None
        if process and process['parent'] == master_pid and not process['gone']:
            found.append(process)
    return sorted(found, key=lambda one: (one['startTicks'], one['pid']))


def words_of(pid, name, most=1 << 20):
    """NUL-separated words of /proc/PID/cmdline or environ."""
    try:
        with open('%s/%d/%s' % (PROC, pid, name), 'rb') as file:
            text = file.read(most)
    except OSError:
        return []
    return [word.decode('utf-8', 'surrogateescape') for word in text.split(b'\0')[:-1]]


def environment_of(pid):
    return dict(word.split('=', 1) for word in words_of(pid, 'environ') if '=' in word)


def link_of(pid, name):
    try:
        return os.readlink('%s/%d/%s' % (PROC, pid, name))
    except OSError:
        return None


def identity_of(pid):
    """uid, gid and further groups of a process."""
    try:
        with open('%s/%d/status' % (PROC, pid)) as file:
            lines = dict(line.split(':', 1) for line in file.read(65536).splitlines() if ':' in line)
        return (int(lines['Uid'].split()[1]), int(lines['Gid'].split()[1]),
                [int(group) for group in lines['Groups'].split()])
    except (OSError, KeyError, ValueError):
        return None


def memory_available():
    try:
        with open(PROC + '/meminfo') as file:
            for line in file:
                if line.startswith('MemAvailable:'):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return None


def uptime_ticks():
    """Ticks since boot, of the kind of `startTicks`: how old a process is, without a clock."""
    try:
        with open(PROC + '/uptime') as file:
            return int(float(file.read(100).split()[0]) * os.sysconf('SC_CLK_TCK'))
    except (OSError, ValueError, IndexError):
        return None


PACKAGE_FOLDERS = ('lib/python3*/site-packages', 'lib64/python3*/site-packages', 'lib/python3*/dist-packages',
                   'lib/python3/dist-packages', 'local/lib/python3*/dist-packages', 'local/lib/python3*/site-packages')


def gunicorn_version(pid):
    """The version whose package stands beside the running program; nothing of it is run."""
    import glob
    places = []
    for word in words_of(pid, 'cmdline')[:3]:
        if re.match(r'/.*/gunicorn/__main__\.py\Z', word):
            places.append(os.path.dirname(os.path.dirname(word)))
        elif word.startswith('/') and '/bin/' in word:
            prefix = word.rsplit('/bin/', 1)[0]
            places.extend('%s/%s' % (glob.escape(prefix or '/usr'), folder) for folder in PACKAGE_FOLDERS)
    versions = []
    for place in places:
        for path in sorted(glob.glob(place + '/gunicorn-*')):
            version = re.match(r'.*/gunicorn-([0-9][0-9A-Za-z.+!]{0,30}?)(?:-py[0-9.]+)?\.(?:dist|egg)-info\Z', path)
            if version and version.group(1) not in versions:
                versions.append(version.group(1))
    return versions[0] if len(versions) == 1 else None


def worker_class_of(pid):
    """The worker class that the command line or GUNICORN_CMD_ARGS names; None where they are silent."""
    try:
        words = shlex.split(environment_of(pid).get('GUNICORN_CMD_ARGS', ''))
    except ValueError:
        words = []
    named = None
    words = words + words_of(pid, 'cmdline')
    for at, word in enumerate(words):
        if word in ('-k', '--worker-class') and at + 1 < len(words):
            named = words[at + 1]
        elif word.startswith('--worker-class='):
            named = word.split('=', 1)[1]
    return named
