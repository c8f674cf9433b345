import type { DiagnosisDocument } from '../../src/report/diagnosis-document.ts';

type Document = DiagnosisDocument;

export const NO_COUNTS: Document['counts'] = {
  requests: 0,
  http502: 0,
  http504: 0,
  http500: 0,
  http499: 0,
  upstreamErrors: 0,
  workerDeaths: 0,
  oomKillsOfTheUnit: 0,
  explained502: 0,
};

/** A valid document that says nothing; a test states only what it is about. */
export function aDocument(change: Partial<Document> = {}): Document {
  return {
    schema: 1,
    verdict: 'no-incident',
    service: 'checkout',
    window: { from: '2026-11-22T10:00:00.000Z', to: '2026-11-22T10:20:00.000Z' },
    causes: [],
    observed: [],
    evidence: {},
    counts: NO_COUNTS,
    correlation: { matched: 0, bursts: 0, expectedByChance: null, p: null, wording: '' },
    deaths: [],
    gaps: [],
    servers: ['web-1'],
    ...change,
  };
}

/** Kills of a real capture (systemd 252, kernel 6.1, Gunicorn 20.1.0): pid, instant, anon RSS in kB. */
export const KILLS = [
  [832, '10:11:37.681', 75516],
  [829, '10:11:40.015', 85684],
  [828, '10:11:43.031', 96964],
  [830, '10:11:48.429', 113076],
  [840, '10:11:51.558', 106372],
  [841, '10:11:56.685', 101660],
  [843, '10:12:00.819', 105600],
  [842, '10:12:04.430', 81444],
  [844, '10:12:08.288', 102712],
] as const;

export const instant = (time: string) => `2026-11-22T${time}Z`;

/** Nine workers killed at the unit's own limit, nine 502s. */
export function confirmedOom(): Document {
  const evidence: Record<string, Document['evidence'][string]> = {};
  const deaths: Document['deaths'][number][] = [];
  KILLS.forEach(([pid, time, kilobytes], index) => {
    const kernel = `E${index * 2 + 1}`;
    const nginx = `E${index * 2 + 2}`;
    evidence[kernel] = {
      server: 'web-1',
      source: 'kernel-log',
      at: instant(time),
      text: `Memory cgroup out of memory: Killed process ${pid} (gunicorn) total-vm:93612kB, anon-rss:${kilobytes}kB, file-rss:8628kB, shmem-rss:0kB, UID:999 pgtables:204kB oom_score_adj:0`,
    };
    evidence[nginx] = {
      server: 'web-1',
      source: 'nginx-error-log',
      at: instant(`${time.slice(0, 8)}.000`),
      text: `2026/11/22 ${time.slice(0, 8)} [error] 824#824: *${273 + index * 110} upstream prematurely closed connection while reading response header from upstream, client: 10.213.0.1, server: _, request: "GET /leak?mb=1&ms=20 HTTP/1.1", upstream: "http://unix:/run/gunicorn/app.sock:/leak?mb=1&ms=20", host: "10.213.0.31"`,
    };
    deaths.push({ pid, at: instant(time), cause: 'worker-oom-kill', evidence: [kernel, nginx] });
  });
  evidence.E19 = { server: 'web-1', source: 'cgroup-memory', at: null, text: 'memory.events:oom_kill 9' };
  evidence.E20 = { server: 'web-1', source: 'unit-state', at: null, text: 'NRestarts=0' };
  const kernelIds = KILLS.map((_, index) => `E${index * 2 + 1}`);
  return aDocument({
    verdict: 'confirmed',
    window: { from: '2026-11-22T10:11:21.000Z', to: '2026-11-22T10:12:48.000Z' },
    causes: [
      {
        id: 'worker-oom-kill',
        probability: 0.997,
        scope: 'memcg',
        because: [
          {
            text: 'The kernel killed 9 processes of gunicorn.service because its own memory limit (224 MB) was reached.',
            evidence: kernelIds,
          },
          { text: "The unit's oom_kill counter says 9 as well.", evidence: ['E19'] },
          { text: 'All nine 502s came within 1 s of a kill.', evidence: ['E2', 'E4', 'E6', 'E8'] },
        ],
      },
      {
        id: 'worker-timeout',
        probability: 0.002,
        because: [{ text: 'no WORKER TIMEOUT line for any of the 9 pids', evidence: ['E19'] }],
      },
      {
        id: 'deploy-restart',
        probability: 0.001,
        because: [{ text: 'the unit was not stopped in the window', evidence: ['E20'] }],
      },
    ],
    evidence,
    counts: {
      ...NO_COUNTS,
      requests: 701,
      http502: 9,
      upstreamErrors: 9,
      workerDeaths: 9,
      oomKillsOfTheUnit: 9,
      explained502: 9,
    },
    correlation: {
      matched: 9,
      bursts: 9,
      expectedByChance: 1.3,
      p: 0.001,
      wording:
        '9 of 9 bursts of 502s began within 3 s of an OOM kill of a worker of this unit. By chance we would expect 1.3. p < 0.001 (1,000 shuffles).',
    },
    deaths,
  });
}

/** A time-out that Gunicorn announced, on a server whose kernel log stops early. */
export function likelyTimeout(): Document {
  return aDocument({
    verdict: 'likely',
    service: 'shop-api',
    window: { from: '2026-11-22T01:05:00.000Z', to: '2026-11-22T01:20:00.000Z' },
    causes: [
      {
        id: 'worker-timeout',
        probability: 0.78,
        because: [
          {
            text: 'Gunicorn announced a time-out of pid 491 one second before it was killed.',
            evidence: ['E1', 'E2'],
          },
          {
            text: 'The 502 of that request came after 30 s, which is the timeout in force.',
            evidence: ['E3'],
          },
        ],
      },
      {
        id: 'worker-oom-kill',
        probability: 0.14,
        because: [{ text: 'SIGKILL fits, and the kernel log ends before the window', evidence: ['E2'] }],
      },
      {
        id: 'worker-crash',
        probability: 0.01,
        because: [{ text: 'no signal other than 9 was seen', evidence: ['E2'] }],
      },
    ],
    evidence: {
      E1: {
        server: 'web-1',
        source: 'unit-journal',
        at: '2026-11-22T01:09:30.104Z',
        text: '[2026-11-22 01:09:30 +0000] [490] [CRITICAL] WORKER TIMEOUT (pid:491)',
      },
      E2: {
        server: 'web-1',
        source: 'unit-journal',
        at: '2026-11-22T01:09:31.531Z',
        text: '[2026-11-22 01:09:31 +0000] [490] [WARNING] Worker with pid 491 was terminated due to signal 9',
      },
      E3: {
        server: 'web-1',
        source: 'nginx-access-log',
        at: '2026-11-22T01:09:31.000Z',
        text: '10.213.0.1 - - [22/Nov/2026:01:09:31 +0000] "GET /hangc HTTP/1.1" 502 157 "-" "lab-load" rt=31.012 us="502"',
      },
    },
    counts: {
      ...NO_COUNTS,
      requests: 1204,
      http502: 1,
      http504: 3,
      upstreamErrors: 4,
      workerDeaths: 1,
      oomKillsOfTheUnit: null,
      explained502: 1,
    },
    correlation: {
      matched: 1,
      bursts: 1,
      expectedByChance: null,
      p: null,
      wording: 'One kill and one burst 0.4 s apart: suggestive, one case is not a pattern.',
    },
    deaths: [{ pid: 491, at: '2026-11-22T01:09:31.531Z', cause: 'worker-timeout', evidence: ['E1', 'E2'] }],
    gaps: [
      {
        server: 'web-1',
        source: 'kernel-log',
        kind: 'cut',
        text: 'The kernel log begins at 01:12, after the death of pid 491.',
        fix: 'Raise SystemMaxUse= in /etc/systemd/journald.conf, so that the journal keeps a day at least.',
      },
    ],
  });
}

/** 502s, and two of the logs that could explain them are closed to the reader. */
export function inconclusiveWithGaps(): Document {
  return aDocument({
    verdict: 'inconclusive',
    causes: [
      {
        id: 'worker-oom-kill',
        probability: 0.46,
        because: [
          {
            text: 'a worker was killed by SIGKILL and nothing in the journal says by whom',
            evidence: ['E1'],
          },
        ],
      },
      {
        id: 'worker-killed-externally',
        probability: 0.41,
        because: [{ text: 'the same line fits a kill by hand', evidence: ['E1'] }],
      },
    ],
    evidence: {
      E1: {
        server: 'web-2',
        source: 'unit-journal',
        at: '2026-11-22T10:08:38.956Z',
        text: '[2026-11-22 10:08:38 +0000] [1298] [WARNING] Worker with pid 1299 was terminated due to signal 9',
      },
    },
    counts: {
      ...NO_COUNTS,
      requests: null,
      http502: null,
      http504: null,
      http500: null,
      http499: null,
      upstreamErrors: 4,
      workerDeaths: 1,
      oomKillsOfTheUnit: null,
      explained502: null,
    },
    correlation: {
      matched: 0,
      bursts: 1,
      expectedByChance: null,
      p: null,
      wording: 'Cannot tell: the kernel log of web-2 could not be read.',
    },
    deaths: [{ pid: 1299, at: '2026-11-22T10:08:38.956Z', cause: 'unknown', evidence: ['E1'] }],
    gaps: [
      {
        server: 'web-2',
        source: 'kernel-log',
        kind: 'denied',
        text: 'journalctl -k answered "No journal files were opened due to insufficient permissions".',
        fix: 'sudo usermod -aG systemd-journal staunch',
      },
      {
        server: 'web-2',
        source: 'nginx-access-log',
        kind: 'denied',
        text: '/var/log/nginx/access.log may be read by the group adm only.',
        fix: 'sudo usermod -aG adm staunch',
      },
    ],
    servers: ['web-2'],
  });
}
