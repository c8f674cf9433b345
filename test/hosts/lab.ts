import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const script = join(import.meta.dirname, 'lab', 'lab.sh');
const labHome =
  process.env.STAUNCH_LAB_HOME ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'staunch-lab');

/** `ns`: namespaces on this machine's kernel, cgroup v1. `uml`: a kernel of its own, cgroup v2. */
export type HostMode = 'ns' | 'uml';

/** What a command printed and how it ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command to its end, at most `timeoutMs`; an exit status other than 0 is a value, not an error. */
export function run(
  file: string,
  args: readonly string[],
  options: { cwd?: string; timeoutMs?: number } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const settings = {
      cwd: options.cwd,
      timeout: options.timeoutMs ?? 120_000,
      maxBuffer: 256 * 1024 * 1024,
    };
    execFile(file, args, settings, (error, out, err) => {
      if (error && typeof error.code !== 'number')
        reject(new Error(`${file} ${args.join(' ')}: ${error.message}`));
      else resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });
}

/** Runs a verb of lab.sh and answers what it printed; a failure is an error with the script's own words. */
export async function lab(args: readonly string[], timeoutMs?: number): Promise<string> {
  const ran = await run(script, args, timeoutMs === undefined ? {} : { timeoutMs });
  if (ran.code !== 0)
    throw new Error(`lab.sh ${args.join(' ')} ended with ${ran.code}: ${ran.err}${ran.out}`);
  return ran.out;
}

/** Runs a command inside the lab's network, where the hosts can be reached. */
export function inLab(
  command: readonly string[],
  options: { cwd?: string; timeoutMs?: number } = {},
): Promise<Ran> {
  return run(script, ['exec', ...command], options);
}

/** Bounded load on a path of a host. */
export interface Load {
  readonly path: string;
  readonly requests: number;
  readonly atOnce: number;
  readonly perSecond: number;
  readonly seconds?: number;
}

/** How a host differs from the lab's default. */
export interface Setup {
  /** Lines of a drop-in's `[Service]` section. */
  readonly unit?: string;
  /** GUNICORN_CMD_ARGS. */
  readonly gunicorn?: string;
}

/** A booted host: a name, an address, and root's hands on it for causing failures. */
export class Host {
  readonly name: string;
  readonly address: string;

  constructor(name: string, address: string) {
    this.name = name;
    this.address = address;
  }

  /** The host's line of a known_hosts file. */
  get knownHost(): string {
    return readFileSync(join(labHome, 'run', this.name, 'known_hosts'), 'utf8').trim();
  }

  /** Runs shell text as root and answers what it printed; a failing command is an error unless `mayFail`. */
  async root(shell: string, options: { mayFail?: boolean; timeoutMs?: number } = {}): Promise<string> {
    const ran = await run(script, ['ssh', this.name, shell], { timeoutMs: options.timeoutMs ?? 60_000 });
    if (ran.code !== 0 && !options.mayFail)
      throw new Error(`${this.name}: "${shell}" ended with ${ran.code}: ${ran.err}`);
    return ran.out;
  }

  /** Runs shell text as `readonly`, the user Staunch reads as. */
  async reader(shell: string): Promise<string> {
    const ran = await run('env', ['LAB_USER=readonly', script, 'ssh', this.name, shell]);
    if (ran.code !== 0)
      throw new Error(`${this.name}, as readonly: "${shell}" ended with ${ran.code}: ${ran.err}`);
    return ran.out;
  }

  /** Gives text to a command's standard input as root. */
  async feed(shell: string, text: string): Promise<string> {
    const child = spawn(script, ['ssh', this.name, shell], { stdio: ['pipe', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      out += piece;
    });
    child.stdin.end(text);
    const code = await new Promise<number | null>(resolve => child.on('close', resolve));
    if (code !== 0) throw new Error(`${this.name}: "${shell}" ended with ${code}`);
    return out;
  }

  /** Changes the unit and Gunicorn's arguments, and restarts the app before any request came. */
  async configure(setup: Setup): Promise<void> {
    await this.feed('cat > /etc/default/checkout', `GUNICORN_CMD_ARGS=${setup.gunicorn ?? ''}\n`);
    await this.root('mkdir -p /etc/systemd/system/checkout.service.d');
    await this.feed(
      'cat > /etc/systemd/system/checkout.service.d/case.conf',
      `[Service]\n${setup.unit ?? ''}\n`,
    );
    await this.root('systemctl daemon-reload; systemctl restart checkout');
  }

  /** Sends bounded load through the host's NGINX; how many requests ended with which status. */
  async load(load: Load): Promise<Readonly<Record<string, number>>> {
    const limits = ['-n', load.requests, '-c', load.atOnce, '-r', load.perSecond, '-s', load.seconds ?? 60];
    return JSON.parse(await lab(['load', this.name, load.path, ...limits.map(String)], 180_000));
  }

  /** Lines of a file on the host that match an extended regular expression. */
  async count(pattern: string, path: string): Promise<number> {
    return Number((await this.root(`grep -cE '${pattern}' ${path}`, { mayFail: true })).trim());
  }
}

const booted = new Set<string>();

/**
 * Boots fresh hosts and waits until sshd, NGINX and the app answer on each. What an earlier, aborted run left
 * behind under these names is ended first: its logs would be counted.
 */
export async function boot(mode: HostMode, ...names: readonly string[]): Promise<Host[]> {
  await lab(['down', ...names]);
  for (const name of names) booted.add(name);
  await lab(['up', mode, ...names], 400_000);
  return Promise.all(names.map(async name => new Host(name, (await lab(['address', name])).trim())));
}

/** Ends the hosts that this process booted; with the last of all hosts goes the lab's network. */
export async function shutDown(): Promise<void> {
  if (booted.size > 0) await lab(['down', ...booted]);
  booted.clear();
}

/** The private key Staunch signs in with, as `readonly` and as `limited`. */
export const readerKey = join(labHome, 'keys', 'reader');
/** The private key of `root` and of `admin`, who may use sudo: for causing failures and for installing. */
export const setupKey = join(labHome, 'keys', 'setup');

/**
 * A suite that needs real hosts. Where they cannot run it is skipped and says why; hosts of mode `ns` are
 * mandatory in CI, so there the missing piece is a failure.
 */
export async function onRealHosts(mode: HostMode, name: string, suite: () => void): Promise<void> {
  const ran = await run(script, ['check', mode]);
  const reason = ran.out.trim().replaceAll('\n', '; ');
  if (reason === '') describe(name, suite);
  else if (mode === 'ns' && process.env.CI === 'true') {
    it(`${name}: the machine can run ${mode} hosts`, () => {
      expect(reason).toBe('');
    });
  } else {
    console.log(`skipped: ${name}: ${mode} hosts cannot run here: ${reason}`);
    describe.skip(name, suite);
  }
}
