# Which bytes are a change that Staunch may make. The key that reaches this helper could otherwise write any program:
# a configuration file is Python that runs as the service, a drop-in says what systemd runs. So only numbers change.

BEGIN = re.compile(r'# BEGIN staunch\b')
END = re.compile(r'# END staunch\b')
SETTING = re.compile(r'(max_requests|max_requests_jitter|workers) = (0|[1-9][0-9]{0,6})\Z')
PRINTABLE = re.compile(r'[^\x00-\x1f\x7f]*\Z')
RANGES = {'max_requests': (0, 9999999), 'max_requests_jitter': (0, 9999999), 'workers': (1, 512)}


def refuse_content(path, line, why):
    return Refusal('not-allowed', '%s, line %d: %s' % (plain(path), line, why))


def text_of(data, path):
    try:
        text = data.decode('utf-8')
    except UnicodeDecodeError:
        raise Refusal('not-allowed', '%s is not UTF-8' % plain(path))
    if '\0' in text:
        raise Refusal('not-allowed', '%s holds a NUL' % plain(path))
    return text


def block_of(lines, path):
    """Where the managed block stands: (first, after last) of its lines, or None. More than one is refused."""
    begins = [at for at, line in enumerate(lines) if BEGIN.match(line)]
    ends = [at for at, line in enumerate(lines) if END.match(line)]
    if not begins and not ends:
        return None
    if len(begins) != 1 or len(ends) != 1 or ends[0] < begins[0]:
        raise Refusal('not-allowed', '%s: the lines "# BEGIN staunch" and "# END staunch" are not there once each and in that order' % plain(path))
    return begins[0], ends[0] + 1


def outside_block(data, path):
    """The lines that are not Staunch's, without empty lines at the end, which the block may have added."""
    lines = text_of(data, path).split('\n')
    block = block_of(lines, path)
    rest = lines if block is None else lines[:block[0]] + lines[block[1]:]
    while rest and rest[-1].strip() == '':
        rest = rest[:-1]
    return rest


def allow_config(path, before, after):
    """The new file is the old one, with nothing but numbers in Staunch's own block. Answers the block's numbers."""
    if outside_block(before, path) != outside_block(after, path):
        raise Refusal('not-allowed', '%s: lines outside of Staunch\'s block would change; only the block may' % plain(path))
    lines = text_of(after, path).split('\n')
    block = block_of(lines, path)
    settings = {}
    for at in range(*(block or (0, 0))):
        line = lines[at]
        # Python ends a line at a carriage return too: what follows one in a comment would be a program.
        if not PRINTABLE.match(line):
            raise refuse_content(path, at + 1, 'a control character is not accepted')
        if line.startswith('#') or line == '':
            if re.search(r'coding[:=]', line):
                raise refuse_content(path, at + 1, 'a comment there must not look like a declaration of an encoding')
            continue
        setting = SETTING.match(line)
        if not setting:
            raise refuse_content(path, at + 1, 'expected "name = number" with one of %s, or a comment' % ', '.join(sorted(RANGES)))
        name, value = setting.group(1), int(setting.group(2))
        if not RANGES[name][0] <= value <= RANGES[name][1]:
            raise refuse_content(path, at + 1, '%s = %d: expected %d to %d' % ((name, value) + RANGES[name]))
        if name in settings:
            raise refuse_content(path, at + 1, '%s is set twice' % name)
        settings[name] = value
    return settings
