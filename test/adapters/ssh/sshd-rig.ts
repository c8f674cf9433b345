import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readScriptOf } from '../../../src/adapters/ssh/read-script.ts';
import type { Question, ReadVerb } from '../../../src/collectors/question.ts';
import type { Server } from '../../../src/inventory/registry.ts';
import { freePort } from '../../free-port.ts';

const SERVE_LOOP = readFileSync(new URL('../../../target/read/90-serve.sh', import.meta.url), 'utf8');

/** Small verbs that do what a test needs: echo, fail, hang, much output. */
const VERBS = `
ask_echo() { printf '<%s>' "$@"; }
ask_fail() { echo partly; echo 'the reason' >&2; exit 3; }
ask_hang() { sleep "$1"; echo woke; }
ask_xs() { head -c "$1" /dev/zero | tr '\\0' x; }
ask_file() { cat "$1"; }
ask_noise() { head -c 100000 /dev/zero | tr '\\0' e >&2; echo fine; }
ask_swallow() { cat; echo 'stdin was empty'; }
ask_environment() { echo "$LC_ALL:$(umask):$(ulimit -t)"; }
ask_slowly() { for second in 1 2 3 4 5 6; do printf '%s\\n' "$second"; sleep 1; done; }
ask_child() { sleep "$1" & echo "$$"; wait; }
ask_port() { set -- $SSH_CONNECTION; echo "port $4"; }
ask_nice() { ps -o ni= -p "$$"; }
`;

export const TEST_SCRIPT = readScriptOf(VERBS + SERVE_LOOP);
export const NEVER = new AbortController().signal;

/** A question with a test verb. */
export function question(
  verb: string,
  args: string[] = [],
  limits: Partial<Question['limits']> = {},
): Question {
  return { verb: verb as ReadVerb, args, limits: { timeoutMs: 15_000, maxBytes: 1_000_000, ...limits } };
}

/** Every process of this machine whose command line holds the text, but not this one. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').includes(text);
      } catch {
        return false; // gone meanwhile
      }
    })
    .map(Number);
}

/** Waits until the condition holds; fails the test by returning false after ten seconds. */
export async function soon(condition: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 200; tries++) {
    if (condition()) return true;
    await pause(50);
  }
  return false;
}

async function accepts(host: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

export interface Sshd {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  readonly ports: readonly number[];
  /** `TYPE BASE64` */
  readonly hostKeyLine: string;
  /** The sshd processes of open connections. */
  connections(): number[];
  stop(): Promise<void>;
}

export interface SshdSettings {
  readonly host?: string;
  readonly portCount?: number;
  readonly hostKeyTypes?: readonly ('ed25519' | 'ecdsa' | 'rsa')[];
  readonly lines?: readonly string[];
  /** The user's .bashrc on this sshd: a home folder of its own keeps the tester's real one out. */
  readonly bashrc?: string;
  /** Put before the key in authorized_keys. */
  readonly keyOptions?: string;
}

/** A folder with keys of its own and as many real sshd as a test asks for. */
export class Rig {
  readonly folder = mkdtempSync(join(tmpdir(), 'staunch-ssh-'));
  readonly keyFile = join(this.folder, 'user-key');
  readonly user = userInfo().username;
  #number = 0;
  readonly #running: Sshd[] = [];

  constructor() {
    chmodSync(this.folder, 0o700);
    this.makeKey(this.keyFile);
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  }

  makeKey(path: string, ...options: string[]): string {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path, ...options]);
    return readFileSync(`${path}.pub`, 'utf8').trim();
  }

  async sshd(settings: SshdSettings = {}): Promise<Sshd> {
    const host = settings.host ?? '127.0.0.1';
    const base = join(this.folder, `sshd-${++this.#number}`);
    const hostKeys = (settings.hostKeyTypes ?? ['ed25519']).map(type => {
      const path = `${base}-${type}`;
      execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', path]);
      return path;
    });
    const options = settings.keyOptions === undefined ? '' : `${settings.keyOptions} `;
    writeFileSync(`${base}-authorized`, options + readFileSync(`${this.keyFile}.pub`, 'utf8'));
    const ports: number[] = [];
    for (let count = settings.portCount ?? 1; count > 0; count--) ports.push(await freePort(host));
    mkdirSync(`${base}-home`);
    writeFileSync(`${base}-home/.bashrc`, settings.bashrc ?? '');
    const config = [
      ...ports.map(port => `ListenAddress ${host}:${port}`),
      ...hostKeys.map(path => `HostKey ${path}`),
      `AuthorizedKeysFile ${base}-authorized`,
      `PidFile ${base}.pid`,
      `SetEnv HOME=${base}-home`,
      ...['UsePAM no', 'StrictModes no', 'PermitRootLogin yes', 'PasswordAuthentication no'],
      ...['KbdInteractiveAuthentication no', 'LogLevel ERROR', 'PrintMotd no'],
      ...(settings.lines ?? []),
    ];
    writeFileSync(`${base}.conf`, `${config.join('\n')}\n`);
    const child: ChildProcess = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', `${base}.conf`], {
      stdio: 'ignore',
    });
    const { pid } = child;
    if (pid === undefined) throw new Error('/usr/sbin/sshd could not be started');
    const [port = 0] = ports;
    const sshd: Sshd = {
      pid,
      host,
      port,
      ports,
      hostKeyLine: readFileSync(`${hostKeys[0]}.pub`, 'utf8').trim(),
      connections: () => childrenOf(pid),
      stop: async () => {
        // A stopped process would not hear a TERM.
        for (const connection of childrenOf(pid)) end(connection);
        const gone = new Promise(resolve => child.once('exit', resolve));
        if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await gone;
      },
    };
    this.#running.push(sshd);
    for (let tries = 0; !(await accepts(host, port)); tries++) {
      if (tries > 200) throw new Error(`sshd did not start: ${base}.conf`);
      await pause(25);
    }
    return sshd;
  }

  server(sshd: Sshd, change: Partial<Server> = {}): Server {
    return {
      id: `server-${sshd.port}`,
      host: sshd.host,
      port: sshd.port,
      user: this.user,
      tier: 'development',
      hostKey: { kind: 'key', line: sshd.hostKeyLine },
      identityFile: this.keyFile,
      ...change,
    };
  }

  /** Writes a known_hosts file and returns the server that is checked against it. */
  serverKnownBy(sshd: Sshd, knownHosts: string, change: Partial<Server> = {}): Server {
    const path = join(this.folder, `known-hosts-${++this.#number}`);
    writeFileSync(path, knownHosts);
    return this.server(sshd, { hostKey: { kind: 'known-hosts', paths: [path] }, ...change });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map(sshd => sshd.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone meanwhile
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return Number(ppid) === parent && state !== 'Z';
      } catch {
        return false;
      }
    })
    .map(Number);
}
