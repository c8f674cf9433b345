import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { helperOf, loadHelperParts } from '../../../src/adapters/ssh/helper-file.ts';

export const UNIT = 'checkout.service';
export const CONFIG = '/srv/checkout/gunicorn.conf.py';
export const DROP_IN = `/etc/systemd/system/${UNIT}.d/90-staunch.conf`;
export const CONFIG_TEXT = 'bind = "unix:/run/checkout.sock"\nworkers = 2\n';
const STAND_IN = new URL('./stand-in/', import.meta.url);
const parts = await loadHelperParts();

/** One answer of the helper as it wrote it, with what a process says besides. */
export interface Said {
  readonly answer: Record<string, unknown> & {
    ok?: boolean;
    refusal?: string;
    detail?: string;
    state?: string;
  };
  readonly out: string;
  readonly err: string;
  readonly code: number | null;
  readonly signal: string | null;
}

export interface RigSettings {
  /** Python that comes before the helper's last part: a control that breaks it on purpose. */
  readonly control?: string;
  readonly checkConfig?: boolean;
  /** Further assignments of the constants. */
  readonly constants?: Readonly<Record<string, string | number>>;
  /** Where the temporary root is made; for file systems of a test's own. */
  readonly below?: string;
}

/**
 * The helper on plain files: a root of its own, tools that play one unit, and a quick stand-in for Gunicorn. Only the
 * part with the constants differs from the file that is installed; nothing else can move its places.
 */
export class HelperRig {
  readonly folder: string;
  readonly root: string;
  readonly helper: string;
  readonly uid = process.getuid?.() ?? 0;
  readonly gid = process.getgid?.() ?? 0;

  constructor(settings: RigSettings = {}) {
    this.folder = mkdtempSync(join(settings.below ?? tmpdir(), 'staunch-helper-'));
    this.root = join(this.folder, 'root');
    const tools = join(this.folder, 'tools');
    for (const path of ['/srv/checkout', '/etc/systemd/system', '/etc/staunch', '/var/lib'])
      mkdirSync(this.path(path), { recursive: true, mode: 0o755 });
    mkdirSync(tools);
    copyFileSync(new URL('systemctl.py', STAND_IN), join(tools, 'systemctl'));
    chmodSync(join(tools, 'systemctl'), 0o755);
    for (const name of ['systemd-run', 'systemd-analyze', 'dpkg-query'])
      copyFileSync(join(tools, 'systemctl'), join(tools, name));
    copyFileSync(new URL('gunicorn.py', STAND_IN), join(this.folder, 'gunicorn.py'));
    this.write(CONFIG, CONFIG_TEXT);
    this.write(`/etc/systemd/system/${UNIT}`, '[Service]\nExecStart=/usr/bin/gunicorn app:app\n');
    this.write(
      '/etc/staunch/targets.json',
      JSON.stringify({
        schema: 1,
        units: { [UNIT]: { files: [CONFIG], dropIn: DROP_IN, checkConfig: settings.checkConfig ?? false } },
      }),
    );
    const command = [
      '/usr/bin/python3',
      '-IS',
      join(this.folder, 'gunicorn.py'),
      '--config',
      this.path(CONFIG),
      'app:app',
    ];
    writeFileSync(
      join(tools, 'unit.json'),
      JSON.stringify({
        WorkingDirectory: this.path('/srv/checkout'),
        FragmentPath: this.path(`/etc/systemd/system/${UNIT}`),
        dropInFolder: this.path(`/etc/systemd/system/${UNIT}.d`),
        Type: 'notify',
        CanReload: 'yes',
        ExecStart:
          '{ path=/usr/bin/gunicorn ; argv[]=/usr/bin/gunicorn --workers 2 app:app ; ignore_errors=no ; start_time=[n/a] }',
        ExecStartEx:
          '{ path=/usr/bin/gunicorn ; argv[]=/usr/bin/gunicorn --workers 2 app:app ; flags= ; start_time=[n/a] }',
        Environment: '',
        command,
      }),
    );
    this.helper = join(this.folder, 'staunch-helper');
    const tool = (name: string) => [name, [join(tools, name)]];
    const constants = {
      ROOT: this.root,
      ROOT_UID: this.uid,
      ROOT_GID: this.gid,
      SCRATCH: join(this.folder, 'scratch'),
      HELPER: this.helper,
      LOCK_SECONDS: 5,
      RELOAD_SECONDS: 5,
      SETTLE_SECONDS: 0.05,
      QUIET_SECONDS: 0,
      ...settings.constants,
    };
    const overrides = Object.entries(constants).map(
      ([name, value]) => `${name} = ${JSON.stringify(value)}\n`,
    );
    const tooling = `TOOLS = ${JSON.stringify(Object.fromEntries(['systemctl', 'systemd-run', 'systemd-analyze', 'dpkg-query'].map(tool)))}\n`;
    const [first, ...others] = parts;
    const last = others.pop();
    const text = helperOf([
      `${first}SYSLOG = False\n${overrides.join('')}${tooling}`,
      ...others,
      settings.control ?? '',
      `${last}`,
    ]);
    writeFileSync(this.helper, text, { mode: 0o755 });
    chmodSync(this.helper, 0o755);
  }

  /** The real place of a path as the helper names it. */
  path(path: string): string {
    return this.root + path;
  }

  write(path: string, text: string | Buffer, mode = 0o644): void {
    mkdirSync(join(this.path(path), '..'), { recursive: true, mode: 0o755 });
    writeFileSync(this.path(path), text);
    chmodSync(this.path(path), mode);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  link(path: string, to: string): void {
    rmSync(this.path(path), { force: true, recursive: true });
    symlinkSync(to, this.path(path));
  }

  /** Starts the stand-in for Gunicorn through the stand-in for systemctl. */
  startUnit(): void {
    execFileSync(join(this.folder, 'tools', 'systemctl'), ['restart', UNIT]);
  }

  daemonReload(): void {
    execFileSync(join(this.folder, 'tools', 'systemctl'), ['daemon-reload']);
  }

  stopUnit(): void {
    const pid = this.masterPid();
    if (pid === undefined) return;
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      // ended by itself
    }
  }

  masterPid(): number | undefined {
    try {
      return Number(this.read('/srv/checkout/master.pid'));
    } catch {
      return undefined;
    }
  }

  /** Calls of tools since the last time this was asked, as lists of words. */
  takeCalls(): string[][] {
    const path = join(this.folder, 'tools', 'calls.jsonl');
    const lines = readFileSync(path, 'utf8').trim().split('\n').filter(Boolean);
    writeFileSync(path, '');
    return lines.map(line => JSON.parse(line) as string[]);
  }

  /** Starts the helper with bytes on its standard input. */
  start(
    input: string | Buffer,
    args: readonly string[] = [],
  ): { child: ChildProcessWithoutNullStreams; said: Promise<Said> } {
    const child = spawn(this.helper, [...args], {
      env: { ...process.env, PYTHONPATH: '/nonexistent', BASH_ENV: '/nonexistent' },
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      out += piece;
    });
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      err += piece;
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const said = new Promise<Said>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        let answer = {};
        try {
          answer = JSON.parse(out) as Said['answer'];
        } catch {
          // no answer: the test sees an empty one
        }
        resolve({ answer, out, err, code, signal });
      });
    });
    return { child, said };
  }

  async ask(request: unknown): Promise<Said> {
    return this.start(JSON.stringify(request)).said;
  }

  /** A request with a verb about the unit. */
  verb(verb: string, fields: object = {}): Promise<Said> {
    return this.ask({ schema: 1, verb, unit: UNIT, ...fields });
  }

  async remove(): Promise<void> {
    this.stopUnit();
    for (let tries = 0; tries < 20; tries++) {
      try {
        rmSync(this.folder, { recursive: true, force: true });
        return;
      } catch {
        await pause(50); // a worker writes its last words
      }
    }
  }
}
