# What may be touched: the root-owned /etc/staunch/targets.json.


def read_targets():
    """The units of the allow list. A list that others than root could have written allows nothing."""
    with Place(TARGETS) as place:
        if place.owners - {ROOT_UID}:
            raise unsafe(TARGETS, 'a folder on the way does not belong to root')
        found = place.read()
    if found is None:
        raise Refusal('not-allowed', '%s is not there, so nothing may be changed; "staunch server enable-apply" prints it' % TARGETS)
    if found.uid != ROOT_UID:
        raise unsafe(TARGETS, 'it does not belong to root')
    try:
        value = parse(found.data.decode('utf-8'), TARGETS)
        expect_fields(value, {'schema', 'units'}, TARGETS)
        if value['schema'] != 1 or not isinstance(value['units'], dict):
            raise bad('%s: expected {"schema": 1, "units": {…}}' % TARGETS)
        for unit, target in value['units'].items():
            check_target(unit, target)
        return value['units']
    except UnicodeDecodeError:
        raise Refusal('not-allowed', '%s is not UTF-8' % TARGETS)
    except Refusal as refusal:
        raise Refusal('not-allowed', refusal.detail)


def check_target(unit, target):
    expect_text(unit, UNIT, '%s: a unit' % TARGETS, 'the name of a systemd service with its ending')
    what = '%s: %s' % (TARGETS, unit)
    expect_fields(target, {'files'}, what, {'dropIn', 'checkConfig'})
    if not isinstance(target['files'], list) or len(target['files']) > 3:
        raise bad('%s: "files" is no list of at most 3 paths' % what)
    for path in target['files']:
        expect_path(path, what + ': files')
        if not path.endswith('.py'):
            raise bad('%s: "%s" is no Python file: only configuration files of Gunicorn may stand there' % (what, plain(path)))
    if not isinstance(target.get('checkConfig', False), bool):
        raise bad('%s: "checkConfig" is neither true nor false' % what)
    if 'dropIn' in target:
        folder = '%s/%s.d/' % (UNITS, unit)
        path = expect_path(target['dropIn'], what + ': dropIn')
        if not path.startswith(folder) or not re.match(r'[A-Za-z0-9_-]+\.conf\Z', path[len(folder):]):
            raise bad('%s: "dropIn" is "%s": expected a .conf file in %s' % (what, plain(path), folder))


def target_of(unit):
    target = read_targets().get(unit)
    if target is None:
        raise Refusal('not-allowed', '%s is not in %s' % (unit, TARGETS))
    return target


def paths_of(target):
    return target['files'] + ([target['dropIn']] if 'dropIn' in target else [])


def allow_changes(plan, target):
    """The files of a plan are files of the allow list, and what is made anew gets an owner that may have it."""
    for change in plan['changes']:
        path, after = change['path'], change['after']
        if path not in paths_of(target):
            raise Refusal('not-allowed', '%s is not among the files of %s in %s' % (plain(path), plan['unit'], TARGETS))
        if path == target.get('dropIn') and (after['uid'], after['gid'], after['mode']) != (ROOT_UID, ROOT_GID, 0o644):
            raise Refusal('not-allowed', 'a drop-in belongs to root and has mode 0644: %s' % plain(path))
        if path == target.get('dropIn') and plan['activation']['kind'] not in ('daemon-reload', 'restart'):
            raise Refusal('not-allowed', 'a drop-in takes effect by daemon-reload or restart, not by "%s"' % plan['activation']['kind'])
        with Place(path) as place:
            if change['before'] is None and after['uid'] not in (ROOT_UID, place.owner):
                raise Refusal('not-allowed', '%s is new and would belong to user %d: expected root or the owner of its folder, %d' % (plain(path), after['uid'], place.owner))
