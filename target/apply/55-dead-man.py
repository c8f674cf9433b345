# The dead man's switch: a timer of systemd that takes a change back unless it is confirmed in time, whatever became
# of Staunch, of the connection, or of this program. The deadline is in the record too: every call looks at it.


def switch_of(plan_id):
    return 'staunch-rollback-' + plan_id


def arm(record, seconds):
    """Starts the timer. Without it nothing may be written, so a failure is a refusal."""
    disarm(record)
    request = json.dumps({'schema': 1, 'verb': 'dead-man', 'unit': record['unit'], 'planId': record['planId']})
    ran = run_tool('systemd-run', [
        '--quiet', '--collect', '--unit=' + switch_of(record['planId']), '--on-active=%ds' % max(1, int(seconds)),
        '--timer-property=AccuracySec=1s', '--description=Staunch: takes back %s unless confirmed' % record['planId'],
        '--property=StandardInput=data',
        '--property=StandardInputData=' + base64.b64encode(request.encode()).decode(),
        # A call that finds the lock taken, or a systemd that does not answer, tries again.
        '--property=Restart=on-failure', '--property=RestartSec=15', '--property=StartLimitIntervalSec=0',
        HELPER])
    if ran.code != 0:
        raise Refusal('failed', 'the dead man\'s switch cannot be armed, so nothing was written: %s' % ran.said())


def disarm(record):
    """Stops the timer. Its service may be what runs this very program, so that one is left alone."""
    run_tool('systemctl', ['--no-ask-password', '--quiet', 'stop', switch_of(record['planId']) + '.timer'])


def take_back_overdue():
    """First thing of every call that holds the lock: finish what was interrupted, take back what nobody confirmed."""
    for plan_id in open_plans():
        try:
            record = load(plan_id)
            if record is None:
                remove_file('%s/%s' % (state_folder('open'), plan_id))
            elif record['stage'] in UNDER_WAY:
                recover(record)
            elif record['stage'] == 'activated':
                left = seconds_left(record['until'])
                if left <= 0:
                    roll_back(record, 'it was not confirmed within %d s' % record['until']['seconds'])
                elif record['until']['bootId'] != boot_id():
                    # A reboot takes timers of this kind away.
                    arm(record, left)
                    record['until'] = dict(deadline(left), seconds=record['until']['seconds'])
                    save(record, 'activated', record['detail'] + '; the server was restarted meanwhile')
        except (OSError, ValueError, KeyError, Refusal, ActivationFailed) as error:
            log('plan %s could not be taken back yet: %s' % (plan_id, error))


def recover(record):
    """A helper was ended in the middle. Nobody knows whether the service took the change: it is taken back."""
    if record['stage'] == 'prepared':
        disarm(record)
        tidy(record, '.new', '.old')
        save(record, 'failed', 'the helper was interrupted before anything was written')
        return
    roll_back(record, 'the helper was interrupted while it was %s' % {
        'rolling-back': 'taking it back', 'activating': 'activating it'}.get(record['stage'], 'writing'))
