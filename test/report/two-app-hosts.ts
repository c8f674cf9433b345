import type { DiagnosisDocument } from '../../src/report/diagnosis-document.ts';
import { aDocument, NO_COUNTS } from './documents.ts';

/** One of two app hosts runs out of memory, behind an NGINX of its own. */
export function twoAppHosts(): DiagnosisDocument {
  return aDocument({
    verdict: 'confirmed',
    servers: ['lb-1', 'app-1', 'app-2'],
    causes: [
      {
        id: 'worker-oom-kill',
        probability: 0.98,
        scope: 'global',
        because: [
          {
            text: 'app-2 ran out of memory as a whole; the kernel killed pid 4312 of checkout.service.',
            evidence: ['E1'],
          },
          {
            text: '2 of 3 502s came from the peer 10.0.0.6:8000, which is app-2; app-1 answered the retry of the third.',
            evidence: ['E2'],
          },
        ],
      },
    ],
    evidence: {
      E1: {
        server: 'app-2',
        source: 'kernel-log',
        at: '2026-11-22T10:07:02.440Z',
        text: 'Out of memory: Killed process 4312 (gunicorn) total-vm:1893612kB, anon-rss:1475516kB, file-rss:8628kB, shmem-rss:0kB, UID:999 pgtables:3204kB oom_score_adj:0',
      },
      E2: {
        server: 'lb-1',
        source: 'nginx-error-log',
        at: '2026-11-22T10:07:02.000Z',
        text: '2026/11/22 10:07:02 [error] 824#824: *1273 recv() failed (104: Connection reset by peer) while reading response header from upstream, client: 203.0.113.7, server: shop.example, request: "POST /pay HTTP/1.1", upstream: "http://10.0.0.6:8000/pay", host: "shop.example"',
      },
    },
    counts: {
      ...NO_COUNTS,
      requests: 48_211,
      http502: 3,
      upstreamErrors: 4,
      workerDeaths: 1,
      oomKillsOfTheUnit: 1,
      explained502: 2,
    },
    correlation: {
      matched: 1,
      bursts: 2,
      expectedByChance: 0.1,
      p: 0.09,
      wording:
        'One kill and one burst 0.4 s apart: suggestive, one case is not a pattern. 1 burst is not explained.',
    },
    deaths: [{ pid: 4312, at: '2026-11-22T10:07:02.440Z', cause: 'worker-oom-kill', evidence: ['E1', 'E2'] }],
    gaps: [
      {
        server: 'app-1',
        source: 'clock',
        kind: 'clock-unsure',
        text: 'Its clock is 340 ms off and the measurement is good to 180 ms; the match window was widened by that.',
        fix: 'Run chrony or systemd-timesyncd on app-1.',
      },
    ],
  });
}
