# The request and the plan in it: sizes, types, ranges. What passes here has exactly the shape of the protocol.

MAX_REQUEST = 4 << 20
MAX_FILE = 1 << 20
MAX_INTEGER = (1 << 53) - 1
UNIT = re.compile(r'[A-Za-z0-9:_.@\\-]{1,128}\.service\Z')
PLAN_ID = re.compile(r'[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z')
SHA256 = re.compile(r'[0-9a-f]{64}\Z')
NAME = re.compile(r'[A-Za-z][A-Za-z0-9_]{0,63}\Z')
PATH = re.compile(r'(/[^/\0-\x1f\x7f]{1,255}){1,40}\Z')
FIELDS = {
    'state': {'unit'},
    'check': {'unit', 'plan'},
    'apply': {'unit', 'planId', 'digest', 'plan', 'confirmWithinSeconds'},
    'recycle-worker': {'unit', 'planId', 'digest', 'plan'},
    'status': {'unit', 'planId'},
    'confirm': {'unit', 'planId'},
    'rollback': {'unit', 'planId', 'reason'},
    'dead-man': {'unit', 'planId'},
    'overdue': set(),
}


def bad(what):
    return Refusal('bad-request', what)


def once(pairs):
    seen = {}
    for key, value in pairs:
        if key in seen:
            raise bad('the field "%s" is there twice' % plain(key, 60))
        seen[key] = value
    return seen


def whole(text):
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise bad('the number %s is beyond 2^53' % plain(text, 30))
    return int(text)


def no_fraction(text):
    raise bad('%s is no whole number' % plain(text, 30))


def parse(text, what):
    """Strict JSON: no field twice, no fractions, no half surrogates, not nested beyond reason."""
    try:
        value = json.loads(text, object_pairs_hook=once, parse_int=whole, parse_float=no_fraction,
                           parse_constant=no_fraction)
        # Half of a surrogate pair can be written in JSON but is no text.
        json.dumps(value, ensure_ascii=False).encode('utf-8')
        return value
    except (ValueError, RecursionError) as error:
        raise bad('%s is no JSON that is accepted: %s' % (what, plain(error)))


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False)


def read_request(stream):
    def too_late(_signal, _frame):
        raise bad('the request was not complete after %d s' % REQUEST_SECONDS)
    signal.signal(signal.SIGALRM, too_late)
    signal.alarm(REQUEST_SECONDS)
    data = stream.read(MAX_REQUEST + 1)
    signal.alarm(0)
    if len(data) > MAX_REQUEST:
        raise bad('the request is larger than %d bytes' % MAX_REQUEST)
    try:
        return check_request(parse(data.decode('utf-8'), 'the request'))
    except UnicodeDecodeError:
        raise bad('the request is not UTF-8')


def check_request(request):
    if not isinstance(request, dict):
        raise bad('the request is no JSON object')
    if type(request.get('schema')) is not int or request['schema'] != 1:
        raise bad('"schema" is %s: this helper speaks 1' % plain(request.get('schema'), 20))
    verb = request.get('verb')
    if not isinstance(verb, str) or verb not in FIELDS:
        raise bad('"verb" is "%s": expected one of %s' % (plain(verb, 60), ', '.join(sorted(FIELDS))))
    expect_fields(request, FIELDS[verb] | {'schema', 'verb'}, 'the request')
    if 'unit' in request:
        expect_text(request['unit'], UNIT, 'unit', 'the name of a systemd service with its ending')
    if 'planId' in request:
        expect_text(request['planId'], PLAN_ID, 'planId', '1 to 64 of A-Z a-z 0-9 _ . - beginning with a letter or digit')
    if 'digest' in request:
        expect_text(request['digest'], SHA256, 'digest', '64 hex digits')
    if 'reason' in request:
        expect_string(request['reason'], 'reason', 2000)
    if 'confirmWithinSeconds' in request:
        expect_number(request['confirmWithinSeconds'], 'confirmWithinSeconds', 10, 86400)
    if 'plan' in request:
        request['planText'] = request['plan']
        request['plan'] = check_plan(request['plan'], request['unit'])
    if 'digest' in request and sha256(request['planText'].encode('utf-8')) != request['digest']:
        raise Refusal('other-digest', 'the plan that came is not the one with the digest %s…' % request['digest'][:12])
    if verb == 'apply' and request['confirmWithinSeconds'] != request['plan']['confirmWithinSeconds']:
        raise bad('confirmWithinSeconds is not the one of the plan')
    kind = request['plan']['activation']['kind'] if 'plan' in request else None
    if verb in ('apply', 'recycle-worker') and (verb == 'recycle-worker') != (kind == 'recycle-worker'):
        raise bad('the plan\'s activation is "%s", which is not for the verb %s' % (kind, verb))
    return request


def expect_fields(value, names, what, optional=frozenset()):
    if not isinstance(value, dict):
        raise bad('%s is no JSON object' % what)
    for name in value:
        if name not in names and name not in optional:
            raise bad('%s has the field "%s", which is not known' % (what, plain(name, 60)))
    for name in names:
        if name not in value:
            raise bad('%s has no field "%s"' % (what, name))


def expect_string(value, what, most, least=0):
    if not isinstance(value, str) or not least <= len(value) <= most or '\0' in value:
        raise bad('"%s" is no text of %d to %d characters without NUL' % (what, least, most))
    return value


def expect_text(value, pattern, what, form):
    if not isinstance(value, str) or not pattern.match(value):
        raise bad('"%s" is "%s": expected %s' % (what, plain(value, 80), form))
    return value


def expect_number(value, what, least, most):
    if type(value) is not int or not least <= value <= most:
        raise bad('"%s" is %s: expected a whole number from %d to %d' % (what, plain(value, 30), least, most))
    return value


def expect_path(value, what):
    expect_text(value, PATH, what, 'an absolute path')
    if any(part in ('.', '..') for part in value.split('/')):
        raise bad('"%s" is "%s": expected a path without . and ..' % (what, plain(value, 120)))
    return value
