import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach } from 'vitest';
import type { PracticeSlack } from '../../../practice/slack/practice-slack.ts';

export const ROOT = resolve(import.meta.dirname, '../../..');
export const LAUNCHER = join(ROOT, 'bin/staunch');
const LONGEST_MS = 25_000;

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (let cleanUp = cleanUps.pop(); cleanUp; cleanUp = cleanUps.pop()) await cleanUp();
});

/** Whatever a test began is ended after it, the last first. */
export function afterwards(cleanUp: () => unknown): void {
  cleanUps.push(cleanUp);
}

export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'staunch-started-'));
  afterwards(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of its own, with what it writes. Nothing of it is left after the test. */
export class StartedProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ending>;
  out = '';
  err = '';
  #hear: () => void = () => undefined;

  constructor(
    command: string,
    args: readonly string[],
    { env = {}, cwd = folder() }: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
  ) {
    const { PATH = '', LANG = 'C.UTF-8' } = process.env;
    this.child = spawn(command, args, {
      cwd,
      // In a group of its own, so that whatever it started can be ended with it.
      detached: true,
      env: { PATH, LANG, HOME: folder(), TMPDIR: folder(), CI: '1', NO_COLOR: '1', ...env },
    });
    this.child.stdout?.on('data', (text: Buffer) => this.#heard('out', text));
    this.child.stderr?.on('data', (text: Buffer) => this.#heard('err', text));
    this.ended = new Promise(resolve => {
      this.child.once('close', (code, signal) => {
        resolve({ code, signal });
        this.#hear();
      });
    });
    afterwards(async () => {
      try {
        process.kill(-this.pid, 'SIGKILL');
      } catch {
        // All of it ended already.
      }
      await this.ended;
    });
  }

  static staunch(
    args: readonly string[],
    options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
  ) {
    return new StartedProcess(process.execPath, [LAUNCHER, ...args], options);
  }

  get pid(): number {
    return this.child.pid ?? Number.NaN;
  }

  /** Waits until the process has written something. */
  async until(what: RegExp): Promise<RegExpExecArray> {
    const lateAtMs = Date.now() + LONGEST_MS;
    let over = false;
    void this.ended.then(() => {
      over = true;
    });
    for (;;) {
      const found = what.exec(this.out) ?? what.exec(this.err);
      if (found) return found;
      if (over || Date.now() > lateAtMs)
        throw new Error(
          `${what} was never written. Standard output:\n${this.out}\nStandard error:\n${this.err}`,
        );
      await new Promise<void>(resolve => {
        this.#hear = resolve;
        setTimeout(resolve, 200);
      });
    }
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.pid, name);
  }

  #heard(where: 'out' | 'err', text: Buffer): void {
    this[where] += text.toString('utf8');
    this.#hear();
  }
}

/** The real thing, as far as it can tell, connected to a practice Slack. */
export function realThing(slack: PracticeSlack, env: NodeJS.ProcessEnv = {}): StartedProcess {
  return StartedProcess.staunch(['start'], { env: { ...realEnvironment(slack), ...env } });
}

export function realEnvironment(slack: PracticeSlack): NodeJS.ProcessEnv {
  return {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    STAUNCH_STATUS_PORT: 'off',
    STAUNCH_STATE_DIR: folder(),
    STAUNCH_CONFIG: registryOf(1),
  };
}

/** A registry of one service on one server of this machine. */
export function registryOf(port: number): string {
  const file = join(folder(), 'staunch.yml');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(join(dirname(file), 'key'), privateKey.export({ type: 'pkcs1', format: 'pem' }), {
    mode: 0o600,
  });
  const hostKey = `SHA256:${'A'.repeat(43)}`;
  writeFileSync(
    file,
    `servers:
  web: { host: 127.0.0.1, port: ${port}, user: staunch, identityFile: key, hostKey: "${hostKey}" }
services:
  checkout: { unit: gunicorn.service, servers: [web] }
slack:
  roles: { requester: [U0ANA] }
`,
  );
  return file;
}

/** A server that accepts and says nothing until it is told to hang up. */
export async function silentServer(): Promise<{
  readonly port: number;
  hangUp(): void;
  asked(): Promise<void>;
}> {
  const sockets = new Set<import('node:net').Socket>();
  const asked = Promise.withResolvers<void>();
  const server = createServer(socket => {
    socket.on('error', () => undefined);
    sockets.add(socket);
    asked.resolve();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const hangUp = () => {
    for (const socket of sockets) socket.destroy();
  };
  afterwards(() => {
    hangUp();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, hangUp, asked: () => asked.promise };
}
