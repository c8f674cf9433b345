import { readdirSync, readFileSync } from 'node:fs';
import type { CaseFile, HostFile } from '../../src/collectors/case-file.ts';
import { readNginxConfig } from '../../src/signals/nginx-config.ts';
import type { SourceLine } from '../../src/signals/signal.ts';
import { readUnitState } from '../../src/signals/unit-state.ts';
import { caseOfBundle } from '../../src/workflows/bundle-diagnosis.ts';

const RECORDINGS = new URL('../../practice/recordings/', import.meta.url);

/** The names of all recorded incidents. */
export const recordingNames = (): readonly string[] =>
  readdirSync(RECORDINGS, { withFileTypes: true }).flatMap(e => (e.isDirectory() ? [e.name] : []));

/** A recorded incident as a case file. */
export async function recordedCase(name: string): Promise<CaseFile> {
  const recordings = readdirSync(new URL(`${name}/`, RECORDINGS)).map(file => ({
    name: file,
    bytes: new Uint8Array(readFileSync(new URL(`${name}/${file}`, RECORDINGS))),
    exitCode: 0,
    complaint: '',
    cut: false,
  }));
  const answer = await caseOfBundle({ folders: [{ recordings }] }, async () => {});
  if (!answer.ok) throw new Error(answer.problem);
  return answer.caseFile;
}

export const MEGABYTE = 1_048_576;
const line = (source: SourceLine['source'], text: string): SourceLine => ({ server: 'web-1', source, text });

/** What a test says about a unit: properties as `systemctl show` prints them. */
export const WELL_SET_UP = `Id=checkout.service
Type=notify
Restart=on-failure
OOMPolicy=continue
TimeoutStopUSec=40s
KillMode=mixed
MainPID=100
MemoryMax=2147483648
MemoryHigh=1879048192
MemoryCurrent=524288000
StartLimitBurst=10
StartLimitIntervalUSec=5min
TriggeredBy=checkout.socket
CPUQuotaPerSecUSec=4s
ExecStart={ path=/usr/bin/gunicorn ; argv[]=/usr/bin/gunicorn app:app ; ignore_errors=no }
ExecReload={ path=/bin/kill ; argv[]=/bin/kill -s HUP $MAINPID ; ignore_errors=no }
ExecMainStartTimestamp=Sun 2026-11-22 08:00:00 UTC
`;

export const STARTED_MS = Date.parse('2026-11-22T08:00:00Z');

/** A host where nothing is to be said against anything; a test changes what it is about. */
export function aHost(
  change: Partial<HostFile> & { readonly unitText?: string; readonly nginxText?: string } = {},
): HostFile {
  const { unitText = WELL_SET_UP, nginxText, ...more } = change;
  const unit = readUnitState(unitText, 'web-1', 'checkout.service');
  const nginx = readNginxConfig(nginxText ?? NGINX, 'web-1');
  const process = (pid: number, parentPid: number, megabytes: number) => ({
    pid,
    parentPid,
    comm: 'gunicorn',
    rssBytes: megabytes * MEGABYTE,
    startedAtMs: STARTED_MS + 1_000,
    line: line('worker-table', `${pid} (gunicorn) S ${parentPid}`),
  });
  return {
    server: 'web-1',
    runsApp: true,
    runsNginx: true,
    clock: { errorMs: 0, assumed: false },
    signals: [],
    accessLogs: [],
    workers: [process(100, 1, 30), ...[101, 102, 103, 104].map(pid => process(pid, 100, 110))],
    queues: [],
    ...(unit && { unit }),
    ...(nginx && { nginx }),
    versions: { nginx: '1.22.1', gunicorn: '23.0.0' },
    gunicorn: {
      version: '23.0.0',
      workerClass: { value: 'sync', from: 'log', line: line('unit-journal', 'Using worker: sync') },
      workers: { value: 4, from: 'config-file', line: line('gunicorn-settings', 'workers = 4') },
      timeoutSeconds: { value: 30, from: 'default' },
      gracefulTimeoutSeconds: { value: 30, from: 'default' },
      preload: { value: false, from: 'default' },
      maxRequests: { value: 0, from: 'default' },
      maxRequestsJitter: { value: 0, from: 'default' },
      logLevel: { value: 'info', from: 'default' },
    },
    samples: [],
    coverage: [],
    ...more,
  };
}

export const NGINX = `http {
  upstream checkout { server unix:/run/checkout.sock; }
  server { location / { proxy_pass http://checkout; } }
}
`;

export function aCase(...hosts: readonly HostFile[]): CaseFile {
  return {
    service: 'checkout',
    unit: 'checkout.service',
    window: { fromMs: STARTED_MS, toMs: STARTED_MS + 7_200_000 },
    hosts,
    recorded: false,
    unreached: [],
    upstreams: new Map(),
  };
}
