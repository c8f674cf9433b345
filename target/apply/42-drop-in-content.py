# Drop-ins: a small language of their own. What starts the program may differ from what starts it now in numbers alone.

TUNABLES = ('--max-requests', '--max-requests-jitter', '--workers')
BYTES = re.compile(r'(infinity|[1-9][0-9]{0,17}|[1-9][0-9]{0,8}[KMGT])\Z')
LEAST_MEMORY = 16 << 20


def allow_drop_in(path, after, shown, pid):
    """Every line is one that Staunch writes: OOMPolicy, memory limits, or the present start line with other numbers."""
    commands = []
    seen = set()
    for at, line in enumerate(text_of(after, path).split('\n')):
        def no(why, at=at):
            return refuse_content(path, at + 1, why)
        if line.endswith('\\') or not PRINTABLE.match(line):
            raise no('lines are not continued, and hold no control characters')
        if line == '' or line[0] in '#;':
            continue
        if line == '[Service]':
            if seen:
                raise no('[Service] comes first, and once')
            seen.add('[Service]')
            continue
        if '[Service]' not in seen:
            raise no('expected [Service] first')
        name, _, value = line.partition('=')
        if name in seen and name != 'ExecStart':
            raise no('%s is there twice' % plain(name, 40))
        seen.add(name)
        if name == 'OOMPolicy':
            if value not in ('stop', 'continue', 'kill'):
                raise no('OOMPolicy is stop, continue or kill')
        elif name in ('MemoryHigh', 'MemoryMax'):
            if not BYTES.match(value) or bytes_of(value) < LEAST_MEMORY:
                raise no('%s is infinity or at least 16M, as a whole number with K, M, G, T or nothing' % name)
        elif name == 'Environment':
            allow_arguments(value, pid, no)
        elif name == 'ExecStart':
            commands.append((value, no))
        else:
            raise no('expected OOMPolicy, MemoryHigh, MemoryMax, Environment or ExecStart')
    if commands:
        allow_command([value for value, _ in commands], shown, commands[-1][1])


def bytes_of(value):
    if value == 'infinity':
        return 1 << 62
    scale = 'KMGT'.find(value[-1]) + 1
    return int(value[:-1] if scale else value) << (10 * scale)


def systemd_words(text, no):
    """Words as systemd splits and unquotes them, %% read as %. What it would look up (%n, …) is refused."""
    words, word, quote, at = [], None, '', 0
    while at < len(text):
        char = text[at]
        at += 1
        if char == '\\':
            following = text[at:at + 1]
            if following not in ('\\', '"', "'", '%', '$', ' ', ';'):
                raise no('the escape \\%s is not accepted' % plain(following, 4))
            word, at = (word or '') + following, at + 1
        elif char == '%':
            if text[at:at + 1] != '%':
                raise no('a specifier (%%%s) is not accepted; a plain percent sign is written %%%%' % plain(text[at:at + 1], 2))
            word, at = (word or '') + '%', at + 1
        elif quote:
            word = word or ''
            if char == quote:
                quote = ''
            else:
                word += char
        elif char in '"\'':
            quote, word = char, word or ''
        elif char in ' \t':
            if word is not None:
                words.append(word)
            word = None
        else:
            word = (word or '') + char
    if quote:
        raise no('a quotation mark is not closed')
    return words if word is None else words + [word]


def untuned(words):
    """The words without the numbers that Staunch tunes. A number that is none stays, and then differs."""
    rest, at = [], 0
    while at < len(words):
        word = words[at]
        name, mark, value = word.partition('=')
        following = words[at + 1] if at + 1 < len(words) else ''
        if (word in TUNABLES or word == '-w') and re.match(r'[0-9]{1,7}\Z', following):
            at += 2
        elif (name in TUNABLES and mark and re.match(r'[0-9]{1,7}\Z', value)) or re.match(r'-w[0-9]{1,7}\Z', word):
            at += 1
        else:
            rest.append(word)
            at += 1
    return rest


def allow_arguments(value, pid, no):
    """Environment= may set GUNICORN_CMD_ARGS alone: what the running master has, with other numbers."""
    words = systemd_words(value, no)
    if len(words) != 1 or not words[0].startswith('GUNICORN_CMD_ARGS='):
        raise no('Environment may set GUNICORN_CMD_ARGS and nothing else')
    try:
        new = shlex.split(words[0].split('=', 1)[1])
        present = shlex.split(environment_of(pid).get('GUNICORN_CMD_ARGS', ''))
    except ValueError:
        raise no('GUNICORN_CMD_ARGS has a quotation mark that is not closed')
    if untuned(new) != untuned(present):
        raise no('GUNICORN_CMD_ARGS may differ from that of the running master only in %s' % ', '.join(TUNABLES))


def allow_command(values, shown, no):
    """ExecStart is emptied once and then given the present command line with other numbers."""
    if len(values) != 2 or values[0] != '':
        raise no('expected "ExecStart=" and then one ExecStart line')
    present = shown.get('ExecStart', '')
    extended = shown.get('ExecStartEx', '')
    now = re.match(r'\{ path=(\S+) ; argv\[\]=(.*) ; ignore_errors=no ; ', present)
    if '\n' in present or not now or (extended and ' ; flags= ; ' not in extended):
        raise no('the unit has no start line, several, or one with a prefix such as "-" or "+": change it by hand')
    if values[1][:1] in '@-:+!|':
        raise no('the start line must not begin with a prefix such as "-" or "+"')
    words = systemd_words(values[1], no)
    # systemctl prints the words without quotes, so the words are compared the same way.
    if not words or words[0] != now.group(1) or ' '.join(untuned(words)) != ' '.join(untuned(now.group(2).split(' '))):
        raise no('the start line may differ from the present one only in %s' % ', '.join(TUNABLES))
