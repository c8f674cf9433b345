import { describe, expect, it } from 'vitest';
import { CATALOGUE, planRemedy } from '../../src/remediation/catalogue.ts';
import { observedByReading } from '../../src/remediation/observed-case.ts';
import { aCase, aHost, recordedCase, recordingNames, WELL_SET_UP } from '../advice/case-files.ts';
import { LIMITS, OOM, RECYCLING, TERMS, WORKERS } from './host-setups.ts';

const EX =
  'ExecStart={ path=/usr/bin/gunicorn ; argv[]=/usr/bin/gunicorn app:app ; ignore_errors=no ; start_time=[n/a] ; pid=0 }\n' +
  'ExecStartEx={ path=/usr/bin/gunicorn ; argv[]=/usr/bin/gunicorn app:app ; flags= ; start_time=[n/a] ; pid=0 }\n' +
  'WorkingDirectory=/srv/checkout\nFragmentPath=/etc/systemd/system/checkout.service\n';
const unitText = `${WELL_SET_UP.replace(/^ExecStart=.*\n/m, '').replace('=continue', '=stop')}${EX}`;

function observed(text = unitText) {
  const host = aHost({ unitText: text, memory: { totalBytes: 2 ** 33, availableBytes: 2 ** 32 } });
  return observedByReading(host, aCase(host))!;
}

describe('a unit that was only read', () => {
  it('is never changed: a person gets the lines and the commands', () => {
    expect(planRemedy(observed(), RECYCLING, TERMS)).toEqual({
      kind: 'by-hand',
      because: { reason: 'no-helper' },
      patches: [
        {
          path: '/srv/checkout/gunicorn.conf.py',
          lines: ['max_requests = 8000', 'max_requests_jitter = 1200'],
          commands: ['sudo systemctl reload checkout.service'],
        },
      ],
      settings: { maxRequests: 8_000, maxRequestsJitter: 1_200 },
    });
    expect(planRemedy(observed(), OOM, TERMS)).toMatchObject({
      kind: 'by-hand',
      patches: [
        {
          path: '/etc/systemd/system/checkout.service.d/90-staunch.conf',
          lines: [expect.stringMatching(/^# Managed by Staunch/), '[Service]', 'OOMPolicy=continue'],
          commands: ['sudo systemctl daemon-reload'],
        },
      ],
    });
    const { pid } = observed().workers[0]!;
    expect(planRemedy(observed(), { remedy: 'recycle-worker', pid, startTicks: 0 }, TERMS)).toMatchObject({
      kind: 'by-hand',
      patches: [{ commands: [`sudo kill -TERM ${pid}`] }],
    });
  });

  it('is what every recording becomes, or nothing: no plan, no exception', async () => {
    for (const name of recordingNames()) {
      const caseFile = await recordedCase(name);
      for (const host of caseFile.hosts.filter(one => one.runsApp)) {
        const unit = observedByReading(host, caseFile);
        if (unit === undefined) continue;
        for (const wish of [RECYCLING, WORKERS, OOM, LIMITS])
          expect(planRemedy(unit, wish, TERMS).kind).not.toBe('plan');
      }
    }
  });

  it('is not there when systemd does not know it', () => {
    const host = aHost({ unitText: 'LoadState=not-found\nId=checkout.service\n' });
    expect(observedByReading(host, aCase(host))).toBeUndefined();
  });

  it('only the remedy that touches no file is of low risk', () => {
    const low = Object.values(CATALOGUE).filter(remedy => remedy.lowRisk);
    expect(low.map(remedy => remedy.id)).toEqual(['recycle-worker']);
    expect(Object.entries(CATALOGUE).every(([id, remedy]) => id === remedy.id)).toBe(true);
  });
});
