import type { HelperFile, HelperState } from '../../src/remediation/helper-state.ts';
import { type ObservedUnit, observedByHelper } from '../../src/remediation/observed-unit.ts';
import type { FileState, ServerPlan } from '../../src/remediation/plan.ts';
import { sha256 } from '../../src/remediation/plan-digest.ts';
import { readUnitLines } from './systemd-reading.ts';

interface HostFileBytes extends Omit<FileState, 'sha256'> {
  readonly bytes: Buffer;
}

/** What a test says about a host. */
export interface HostSetUp {
  readonly unitFile: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Paths of the helper's allow list besides the drop-in. */
  readonly allowed?: readonly string[];
  readonly environmentFile?: Readonly<Record<string, string>>;
}

export const UNIT = 'checkout.service';
export const DROP_IN = `/etc/systemd/system/${UNIT}.d/90-staunch.conf`;
export const CONFIG = '/srv/checkout/gunicorn.conf.py';
const FRAGMENT = `/etc/systemd/system/${UNIT}`;

/**
 * A host in memory that does what systemd and the helper do: unit file and drop-ins are read again at a daemon-reload,
 * a restart starts what they say then, the answer `state` prints it as `systemctl show` would.
 */
export class SimulatedHost {
  readonly files = new Map<string, HostFileBytes>();
  readonly #allowed: readonly string[];
  readonly #environmentFile: Readonly<Record<string, string>> | undefined;
  #loaded = new Map<string, readonly string[]>();
  #running = { argv: [] as readonly string[], environment: {} as Readonly<Record<string, string>> };
  #masterPid = 100;
  #workersFrom = 101;
  #properties: Readonly<Record<string, string>> = {};

  constructor({ unitFile, files = {}, allowed = [CONFIG], environmentFile }: HostSetUp) {
    this.put(FRAGMENT, unitFile);
    for (const [path, text] of Object.entries(files)) this.put(path, text);
    this.#allowed = [...allowed, DROP_IN];
    this.#environmentFile = environmentFile;
    this.daemonReload();
    this.restart();
  }

  put(path: string, text: string | Uint8Array, mode = 0o640, uid = 33, gid = 34): void {
    this.files.set(path, { bytes: Buffer.from(text), mode, uid, gid });
  }

  /** Lets systemd show other properties. */
  show(properties: Readonly<Record<string, string>>): void {
    this.#properties = properties;
  }

  daemonReload(): void {
    const dropIns = [...this.files.keys()].filter(path => path.startsWith(`${FRAGMENT}.d/`)).sort();
    const texts = [FRAGMENT, ...dropIns].map(path => this.files.get(path)?.bytes.toString('utf8') ?? '');
    this.#loaded = readUnitLines(texts.join('\n'));
  }

  restart(): void {
    this.daemonReload();
    this.#masterPid += 1_000;
    this.#workersFrom = this.#masterPid + 1;
    this.#running = { argv: this.#loaded.get('ExecStart') ?? [], environment: this.#nextEnvironment() };
  }

  /** Does what a plan says, as the helper would; answers with what puts everything back. */
  apply(plan: ServerPlan): () => void {
    const backup = new Map(plan.changes.map(({ path }) => [path, this.files.get(path)]));
    for (const { path, before, after } of plan.changes) {
      const now = this.files.get(path);
      if ((before === null) !== (now === undefined)) throw new Error(`${path} is not as the plan saw it`);
      if (now !== undefined && before !== null && sha256(now.bytes) !== before.sha256)
        throw new Error(`${path} has other bytes than the plan saw`);
      const bytes = Buffer.from(after.base64, 'base64');
      if (sha256(bytes) !== after.sha256) throw new Error(`${path}: digest and bytes of the plan differ`);
      this.put(path, bytes, after.mode, after.uid, after.gid);
    }
    this.#activate(plan);
    return () => {
      for (const [path, file] of backup) {
        if (file === undefined) this.files.delete(path);
        else this.files.set(path, file);
      }
      this.#activate(plan);
    };
  }

  #activate({ activation }: ServerPlan): void {
    if (activation.kind === 'restart') this.restart();
    else if (activation.kind === 'daemon-reload') this.daemonReload();
    else if (activation.kind === 'reload') this.#workersFrom += 1_000;
  }

  observe(): ObservedUnit {
    return observedByHelper(
      { service: 'checkout', server: 'web-1', unit: UNIT, hostKey: `SHA256:${'A'.repeat(43)}` },
      this.state(),
    );
  }

  state(): HelperState {
    // systemd undoes specifiers when it reads, variables and `$$` only when it starts.
    const command = (this.#loaded.get('ExecStart') ?? []).join(' ').replaceAll('$', '$$$$');
    const path = command.split(' ')[0] ?? '';
    const shown = `{ path=${path} ; argv[]=${command} ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }`;
    const last = (name: string) => this.#loaded.get(name)?.at(-1);
    const dropIns = [...this.files.keys()].filter(one => one.startsWith(`${FRAGMENT}.d/`)).sort();
    return {
      unitState: {
        ActiveState: 'active',
        Type: 'notify',
        FragmentPath: FRAGMENT,
        DropInPaths: dropIns.join(' '),
        NeedDaemonReload: 'no',
        ExecStart: shown,
        ExecStartEx: shown.replace('ignore_errors=no', 'flags='),
        ExecReload: '{ path=/bin/kill ; argv[]=/bin/kill -s HUP $MAINPID ; ignore_errors=no }',
        Environment: (this.#loaded.get('Environment') ?? []).map(shownWord).join(' '),
        EnvironmentFiles:
          this.#environmentFile === undefined ? '' : '/etc/default/checkout (ignore_errors=no)',
        WorkingDirectory: '/srv/checkout',
        OOMPolicy: last('OOMPolicy') ?? 'stop',
        MemoryMax: last('MemoryMax') ?? 'infinity',
        MemoryHigh: last('MemoryHigh') ?? 'infinity',
        MemoryCurrent: String(400 * 1_048_576),
        Restart: 'on-failure',
        StartLimitBurst: '5',
        StartLimitIntervalUSec: '10s',
        ...this.#properties,
      },
      files: this.#allowed.map(one => this.#fileOf(one)),
      master: {
        pid: this.#masterPid,
        startTicks: this.#masterPid * 100,
        rssBytes: 30 * 1_048_576,
        commandLine: ['/usr/bin/python3', ...this.#running.argv],
        environment: this.#running.environment,
        workingDirectory: '/srv/checkout',
      },
      workers: [0, 1, 2, 3].map(n => ({
        pid: this.#workersFrom + n,
        startTicks: (this.#workersFrom + n) * 100,
        rssBytes: 90 * 1_048_576,
      })),
      gunicornVersion: '20.1.0',
      memAvailableBytes: 4 * 2 ** 30,
      helperVersion: '1',
    };
  }

  #fileOf(path: string): HelperFile {
    const file = this.files.get(path);
    if (file === undefined) return { path, exists: false };
    const { bytes, mode, uid, gid } = file;
    return {
      path,
      exists: true,
      sha256: sha256(bytes),
      mode,
      uid,
      gid,
      bytes: bytes.length,
      ...(bytes.length <= 65_536 && { base64: bytes.toString('base64') }),
    };
  }

  /** An EnvironmentFile beats every `Environment=`. */
  #nextEnvironment(): Readonly<Record<string, string>> {
    const own = (this.#loaded.get('Environment') ?? []).map(assignment => {
      const equals = assignment.indexOf('=');
      return [assignment.slice(0, equals), assignment.slice(equals + 1)] as const;
    });
    const all = { ...Object.fromEntries(own), ...this.#environmentFile };
    return Object.fromEntries(
      Object.entries(all).filter(([name]) => /^(?:GUNICORN_CMD_ARGS|WEB_CONCURRENCY)$/.test(name)),
    );
  }
}

/** As systemctl prints a word of a list. */
function shownWord(word: string): string {
  return /^[\w@%+=:,./-]*$/.test(word) ? word : `"${word.replace(/[\\"$`]/g, '\\$&')}"`;
}
