# Files and the way to them. Every folder on the way is opened by itself, never through a link, and everything is
# then done inside the folder that was looked at: whoever may rename things meanwhile cannot lead us elsewhere.

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
PLAIN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
# What else belongs to a file: access lists and the label of SELinux. Capabilities are no business of a text file.
KEPT_ATTRIBUTES = ('security.selinux', 'system.posix_acl_access')


def unsafe(path, why):
    return Refusal('not-allowed', '%s: %s' % (plain(path), why))


class Found:
    """A file as it is: bytes and what else must come back with them."""

    def __init__(self, data, status, attributes):
        self.data = data
        self.sha256 = sha256(data)
        self.mode = stat.S_IMODE(status.st_mode)
        self.uid = status.st_uid
        self.gid = status.st_gid
        self.mtime_ns = status.st_mtime_ns
        self.identity = (status.st_dev, status.st_ino, status.st_ctime_ns)
        self.attributes = attributes

    def is_like(self, state):
        return state is not None and all(getattr(self, name) == state[name] for name in ('sha256', 'mode', 'uid', 'gid'))


class Place:
    """A name in a folder that is held open. `folder` is None where the last folder is not there."""

    def __init__(self, path):
        self.path = path
        self.name = path.rsplit('/', 1)[1]
        self.owners = set()
        self.folder = None
        self.owner = ROOT_UID
        folder = os.open(ROOT, FOLDER)
        parts = path.split('/')[1:-1]
        for at, part in enumerate(parts):
            where = '/' + '/'.join(parts[:at + 1])
            try:
                inner = os.open(part, FOLDER, dir_fd=folder)
            except FileNotFoundError:
                os.close(folder)
                if at == len(parts) - 1:
                    return
                raise unsafe(path, 'there is no folder %s' % plain(where))
            except OSError as error:
                os.close(folder)
                if error.errno in (errno.ELOOP, errno.ENOTDIR):
                    raise unsafe(path, '%s is no folder of its own: links are not followed' % plain(where))
                raise
            os.close(folder)
            folder = inner
            status = os.fstat(folder)
            if status.st_mode & 0o022:
                os.close(folder)
                raise unsafe(path, '%s may be written by others than its owner (mode %04o); try: chmod go-w %s'
                             % (plain(where), stat.S_IMODE(status.st_mode), plain(where)))
            self.owner = status.st_uid
            self.owners.add(status.st_uid)
        self.folder = folder

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.folder is not None:
            os.close(self.folder)
            self.folder = None

    def allow_owner(self, uid):
        """
        In a folder of root a file may belong to anybody: only root put it there. Elsewhere it belongs to root or to
        the owner of the folder; and no third user has a folder on the way.
        """
        if self.owner != ROOT_UID and uid not in (ROOT_UID, self.owner):
            raise unsafe(self.path, 'it belongs to user %d, its folder to user %d' % (uid, self.owner))
        strangers = self.owners - {ROOT_UID, uid, self.owner}
        if strangers:
            raise unsafe(self.path, 'a folder on the way belongs to user %d, neither root nor the owner of the file' % min(strangers))

    def look(self):
        """The status without following a link, or None."""
        if self.folder is None:
            return None
        try:
            return os.stat(self.name, dir_fd=self.folder, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def read(self):
        """The file, or None where there is none. Refuses links, hard links, devices, strangers' files, large files."""
        if self.folder is None:
            return None
        try:
            file = os.open(self.name, PLAIN, dir_fd=self.folder)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENXIO):
                raise unsafe(self.path, 'it is a link or no plain file; name the file itself in %s' % TARGETS)
            raise
        try:
            status = os.fstat(file)
            if not stat.S_ISREG(status.st_mode):
                raise unsafe(self.path, 'it is no plain file')
            if status.st_nlink != 1:
                raise unsafe(self.path, 'it has %d names (hard links)' % status.st_nlink)
            if status.st_mode & 0o022:
                raise unsafe(self.path, 'it may be written by others than its owner (mode %04o); try: chmod go-w %s'
                             % (stat.S_IMODE(status.st_mode), plain(self.path)))
            self.allow_owner(status.st_uid)
            data = read_all(file, MAX_FILE + 1)
            if len(data) > MAX_FILE:
                raise unsafe(self.path, 'it is larger than %d bytes' % MAX_FILE)
            return Found(data, status, attributes_of(file))
        finally:
            os.close(file)

    def free_bytes(self):
        """What a plain user could still write here, and files that could still be made."""
        space = os.fstatvfs(self.folder)
        return space.f_bavail * space.f_frsize, space.f_favail if space.f_files else 1 << 20

    def make_folder(self):
        """Makes the last folder of the way, root's. Only drop-in folders are ever missing."""
        with Place(os.path.dirname(self.path)) as outer:
            os.mkdir(outer.name, 0o755, dir_fd=outer.folder)
            os.fsync(outer.folder)
        with Place(self.path) as made:
            self.folder = os.dup(made.folder)
            self.owners, self.owner = made.owners, made.owner

    def lay(self, name, data, mode, uid, gid, attributes=(), mtime_ns=None):
        """Writes a file of another name beside ours, whole and on the disk, or leaves nothing."""
        self.remove(name)
        file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600,
                       dir_fd=self.folder)
        try:
            write_all(file, data)
            for key, value in attributes:
                try:
                    os.setxattr(file, key, value)
                except OSError:
                    pass  # another file system, or no SELinux: the mode below still holds
            os.fchown(file, uid, gid)
            os.fchmod(file, mode)
            if mtime_ns is not None:
                os.utime(file, ns=(mtime_ns, mtime_ns))
            os.fsync(file)
        except BaseException:
            self.remove(name)
            raise
        finally:
            os.close(file)

    def move_in(self, name, seen):
        """Gives a laid file our name at once, if our file is still the one that was `seen` (None: not there)."""
        status = self.look()
        now = None if status is None else (status.st_dev, status.st_ino, status.st_ctime_ns)
        if now != (None if seen is None else seen.identity):
            raise Refusal('stale', '%s was changed by somebody else this very moment' % plain(self.path))
        if seen is None:
            # A link fails where a name has come up meanwhile; a rename would replace it.
            os.link(name, self.name, src_dir_fd=self.folder, dst_dir_fd=self.folder, follow_symlinks=False)
            os.unlink(name, dir_fd=self.folder)
        else:
            os.rename(name, self.name, src_dir_fd=self.folder, dst_dir_fd=self.folder)
        os.fsync(self.folder)

    def remove(self, name):
        if self.folder is None:
            return
        try:
            os.unlink(name, dir_fd=self.folder)
        except FileNotFoundError:
            pass


def attributes_of(file):
    kept = []
    for name in KEPT_ATTRIBUTES:
        try:
            kept.append((name, os.getxattr(file, name)))
        except OSError:
            pass  # not set, or not known to this file system
    return kept


def read_all(file, most):
    parts, size = [], 0
    while size < most:
        part = os.read(file, min(65536, most - size))
        if not part:
            break
        parts.append(part)
        size += len(part)
    return b''.join(parts)


def write_all(file, data):
    view = memoryview(data)
    while view:
        view = view[os.write(file, view):]


def real_path(path):
    return path if ROOT == '/' else ROOT + path
