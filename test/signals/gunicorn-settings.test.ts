import { describe, expect, it } from 'vitest';
import { type GunicornEvidence, readGunicornSettings } from '../../src/signals/gunicorn-settings.ts';
import { readUnitState } from '../../src/signals/unit-state.ts';
import { fixture } from './host-state-fixture.ts';

const answer = (parts: { args?: string; environ?: readonly string[]; config?: string }) =>
  [
    `cmdline\t/usr/bin/python3\t/usr/bin/gunicorn\t${(parts.args ?? 'app:app').replaceAll(' ', '\t')}`,
    'cwd\t/srv/app',
    ...(parts.environ ?? []).map(line => (line === 'environ-denied' ? line : `environ\t${line}`)),
    ...(parts.config === undefined
      ? []
      : ['config-file\t/srv/app/gunicorn.conf.py\t1795342000.5', '--- config', parts.config]),
  ].join('\n');
const read = (parts: Parameters<typeof answer>[0], more: Partial<GunicornEvidence> = {}) =>
  readGunicornSettings({ server: 's', environmentText: answer(parts), ...more });
const short = (setting: { value: unknown; from: string } | undefined) =>
  setting && [setting.value, setting.from];

describe('precedence, as measured with 20.1, 23.0 and 26.1', () => {
  it.each([
    ['nothing set', {}, [0, 'default']],
    ['file', { config: 'max_requests = 111' }, [111, 'config-file']],
    [
      'environment over file',
      { config: 'max_requests = 111', environ: ['GUNICORN_CMD_ARGS=--max-requests 222'] },
      [222, 'environment'],
    ],
    [
      'command line over both',
      {
        args: '--max-requests 333 app:app',
        config: 'max_requests = 111',
        environ: ['GUNICORN_CMD_ARGS=--max-requests 222'],
      },
      [333, 'command-line'],
    ],
    [
      'the last of one layer',
      { args: '--max-requests 333 --max-requests 444 app:app' },
      [444, 'command-line'],
    ],
    ['computed in the file', { config: 'max_requests = f()' }, ['computed', 'config-file']],
    [
      'quoted in the environment',
      { environ: ['GUNICORN_CMD_ARGS=--max-requests "222"'] },
      [222, 'environment'],
    ],
  ])('%s', (_, parts, expected) => expect(short(read(parts)?.maxRequests)).toEqual(expected));

  it('merges per option', () => {
    const settings = read({
      args: '--max-requests 333',
      config: 'max_requests = 1\nmax_requests_jitter = 11',
    });
    expect(short(settings?.maxRequests)).toEqual([333, 'command-line']);
    expect(short(settings?.maxRequestsJitter)).toEqual([11, 'config-file']);
  });

  it.each([
    [{ environ: ['WEB_CONCURRENCY=7'] }, [7, 'environment']],
    [{ environ: ['WEB_CONCURRENCY=7'], config: 'workers = 3' }, [3, 'config-file']],
    [{}, [1, 'default']],
  ])('WEB_CONCURRENCY is only the default of workers: %j', (parts, expected) => {
    expect(short(read(parts)?.workers)).toEqual(expected);
  });

  it.each([
    [{}, [['127.0.0.1:8000'], 'default']],
    [{ environ: ['PORT=5000'] }, [['0.0.0.0:5000'], 'environment']],
    [{ args: '-b a:1 -b unix:/x' }, [['a:1', 'unix:/x'], 'command-line']],
    [{ config: 'bind = "a:1, b:2"' }, [['a:1', 'b:2'], 'config-file']],
    [{ config: 'bind = ["a:1"]' }, [['a:1'], 'config-file']],
  ])('listeners of %j', (parts, expected) => expect(short(read(parts)?.binds)).toEqual(expected));

  it('keeps the line that sets a value', () => {
    const settings = read({
      args: '-w 4',
      environ: ['GUNICORN_CMD_ARGS=--threads 2'],
      config: 'timeout = 9',
    });
    expect(settings?.workers?.line?.text).toBe('cmdline\t/usr/bin/python3\t/usr/bin/gunicorn\t-w\t4');
    expect(settings?.threads?.line?.text).toBe('environ\tGUNICORN_CMD_ARGS=--threads 2');
    expect(settings?.timeoutSeconds?.line).toEqual({
      server: 's',
      source: 'gunicorn-settings',
      text: 'timeout = 9',
    });
  });

  it('reads every other option', () => {
    const config =
      'graceful_timeout = 40\nbacklog = 64\npreload_app = True\nkeepalive = 5\nloglevel = "WARNING"';
    const settings = read({ config });
    expect(settings).toMatchObject({
      gracefulTimeoutSeconds: { value: 40 },
      backlog: { value: 64 },
      preload: { value: true },
      keepaliveSeconds: { value: 5 },
      logLevel: { value: 'warning' },
      configFile: '/srv/app/gunicorn.conf.py',
      configChangedAtMs: 1_795_342_000_000,
    });
    expect(short(read({ args: '--preload' })?.preload)).toEqual([true, 'command-line']);
    expect(short(read({ args: '--reuse-port' })?.reusePort)).toEqual([true, 'command-line']);
    expect(short(read({ config: 'reuse_port = True\n' })?.reusePort)).toEqual([true, 'config-file']);
    expect(short(read({})?.reusePort)).toEqual([false, 'default']);
  });
});

describe('worker class', () => {
  const log = (value: string) => ({
    log: {
      workerClass: {
        value,
        line: { server: 's', source: 'unit-journal' as const, text: `Using worker: ${value}` },
      },
    },
  });
  it.each([
    [{}, {}, ['sync', 'default'], [1, 'default']],
    [{ args: '--threads 4' }, {}, ['gthread', 'command-line'], [4, 'command-line']],
    [
      { config: 'worker_class = "gunicorn.workers.sync.SyncWorker"\nthreads = 4' },
      {},
      ['gthread', 'config-file'],
      [4, 'config-file'],
    ],
    [{ args: '-k gevent --threads 4' }, {}, ['gevent', 'command-line'], [4, 'command-line']],
    [{ args: '-k gthread' }, {}, ['gthread', 'command-line'], [1, 'default']],
    [
      { args: '-k uvicorn.workers.UvicornWorker' },
      {},
      ['uvicorn.workers.UvicornWorker', 'command-line'],
      [1, 'default'],
    ],
    [{ config: 'threads = f()' }, {}, ['computed', 'config-file'], ['computed', 'config-file']],
    [{ config: 'threads = f()\nworker_class = g()' }, log('sync'), ['sync', 'log'], [1, 'log']],
    [{ config: 'threads = f()' }, log('gthread'), ['gthread', 'log'], ['computed', 'config-file']],
  ])('%j %j', (parts, more, workerClass, threads) => {
    const settings = read(parts, more);
    expect(short(settings?.workerClass)).toEqual(workerClass);
    expect(short(settings?.threads)).toEqual(threads);
  });
});

describe('what was not read is not default', () => {
  const unit = (...rows: string[]) => readUnitState(rows.join('\n'), 's', 'app')!;
  const exec =
    'ExecStart={ path=/usr/bin/gunicorn ; argv[]=/usr/bin/gunicorn -w 4 app:app ; ignore_errors=no ; pid=1 }';

  it('an environment that is denied leaves unset options unknown', () => {
    const settings = read({ environ: ['environ-denied'], config: 'timeout = 9' });
    expect(settings).not.toHaveProperty('maxRequests');
    expect(short(settings?.timeoutSeconds)).toEqual([9, 'config-file']);
  });

  it('the unit’s own Environment stands in for a denied one', () => {
    const unitState = unit(
      exec,
      'Environment="GUNICORN_CMD_ARGS=--max-requests 777 --max-requests-jitter 70" A=b',
    );
    const settings = read({ environ: ['environ-denied'] }, { unitState });
    expect(short(settings?.maxRequests)).toEqual([777, 'environment']);
    expect(settings?.maxRequests?.line?.source).toBe('unit-state');
    expect(short(settings?.timeoutSeconds)).toEqual([30, 'default']);
  });

  it('but not when an EnvironmentFile may say otherwise', () => {
    const unitState = unit(exec, 'EnvironmentFiles=/etc/default/app (ignore_errors=yes)');
    const settings = read({ args: '-w 4', environ: ['environ-denied'] }, { unitState });
    expect(short(settings?.workers)).toEqual([4, 'command-line']);
    expect(settings).not.toHaveProperty('maxRequests');
  });

  it('a file that could not be read hides what it may set', () => {
    const environmentText = `${answer({ args: '-c conf.py -w 4' })}\nconfig-file\t/srv/app/conf.py\t1795342000`;
    const settings = readGunicornSettings({ server: 's', environmentText });
    expect(settings).toMatchObject({ configFile: '/srv/app/conf.py', workers: { value: 4 } });
    expect(settings).not.toHaveProperty('timeoutSeconds');
  });

  it.each([
    ['/dev/null is no file', '-c /dev/null', [30, 'default']],
    ['a module is not read', '-c python:app.conf', undefined],
    ['a missing file is not taken for an empty one', '-c /srv/gone.py', undefined],
  ])('%s', (_, args, timeout) => expect(short(read({ args })?.timeoutSeconds)).toEqual(timeout));

  it('a capture without that answer gives the file’s name and nothing invented', () => {
    const unitState = readUnitState(fixture('systemctl-show-vm.txt'), 's', 'gunicorn')!;
    expect(readGunicornSettings({ server: 's', unitState })).toEqual({
      configFile: '/srv/app/gunicorn.conf.py',
    });
  });

  it('variables in ExecStart are known at start only', () => {
    const unitState = unit(
      'ExecStart={ path=/x ; argv[]=/x/gunicorn --workers $W $ARGS app ; flags= ; }',
      'Type=notify',
    );
    const settings = readGunicornSettings({ server: 's', unitState });
    expect(settings?.workers?.value).toBe('computed');
    expect(settings).not.toHaveProperty('timeoutSeconds');
  });

  it('a master that renamed itself falls back to its unit', () => {
    const environmentText = 'cmdline\tgunicorn: master [app]\ncwd\t/srv/app\n';
    const settings = readGunicornSettings({ server: 's', environmentText, unitState: unit(exec) });
    expect(short(settings?.workers)).toEqual([4, 'command-line']);
    expect(short(settings?.timeoutSeconds)).toEqual([30, 'default']);
  });

  it('the process table tells the words that really run', () => {
    const line = { server: 's', source: 'worker-table' as const, text: 'stat 7 …' };
    const settings = readGunicornSettings({
      server: 's',
      unitState: unit(exec),
      master: { commandLine: '/usr/bin/python3 /usr/bin/gunicorn -w 9 app:app', line },
    });
    expect(settings?.workers).toEqual({ value: 9, from: 'command-line', line });
  });

  it('unit files do where systemctl show is missing', () => {
    const unitFilesText = `# /etc/systemd/system/app.service
[Unit]
Description=ExecStart=nothing
[Service]
Environment=GUNICORN_CMD_ARGS=--lost
Environment="GUNICORN_CMD_ARGS=--timeout 61"
ExecStart=/usr/bin/gunicorn -w 4 app:app
# /etc/systemd/system/app.service.d/90.conf
[Service]
ExecStart=
ExecStart=-/usr/bin/gunicorn \\
  --workers 5 app:app
`;
    const settings = readGunicornSettings({ server: 's', unitFilesText });
    expect(short(settings?.workers)).toEqual([5, 'command-line']);
    expect(settings?.workers?.line).toMatchObject({
      source: 'unit-files',
      text: 'ExecStart=-/usr/bin/gunicorn \\',
    });
    expect(short(settings?.timeoutSeconds)).toEqual([61, 'environment']);
  });

  it('nothing known is nothing', () => {
    expect(readGunicornSettings({ server: 's' })).toBeUndefined();
    expect(readGunicornSettings({ server: 's', environmentText: '' })).toBeUndefined();
  });

  it('the version comes from the log before anything else', () => {
    expect(readGunicornSettings({ server: 's', version: '20.1.0', log: { version: '23.0.0' } })).toEqual({
      version: '23.0.0',
    });
  });
});
