import type { DiagnosisDocument } from '../../src/report/diagnosis-document.ts';
import { aDocument, NO_COUNTS } from './documents.ts';

/** A reload and nothing else. */
export function noIncident(): DiagnosisDocument {
  return aDocument({
    causes: [
      {
        id: 'worker-oom-kill',
        probability: 0.001,
        because: [{ text: "the unit's oom_kill counter is 0", evidence: ['E2'] }],
      },
    ],
    observed: [
      {
        id: 'graceful-reload',
        text: 'Gunicorn was reloaded (HUP) at 10:09:51 and dropped no request.',
        evidence: ['E1'],
      },
    ],
    evidence: {
      E1: {
        server: 'web-1',
        source: 'unit-journal',
        at: '2026-11-22T10:09:51.120Z',
        text: '[2026-11-22 10:09:51 +0000] [1564] [INFO] Handling signal: hup',
      },
      E2: { server: 'web-1', source: 'cgroup-memory', at: null, text: 'memory.events:oom_kill 0' },
    },
    counts: { ...NO_COUNTS, requests: 5871 },
  });
}
