import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessLog, CaseFile, HostFile } from '../../src/collectors/case-file.ts';
import { failuresOf, httpCountsOf } from '../../src/diagnosis/failures.ts';
import type { AccessRequest, UpstreamFailure } from '../../src/signals/signal.ts';
import { hostWith, lineOf, NOW_MS } from './facts.ts';

const PEER = 'unix:/run/app.sock';

const requestAt = (ms: number, parts: Partial<AccessRequest> = {}): AccessRequest => ({
  kind: 'request',
  at: { epochMs: NOW_MS + ms, toleranceMs: 0 },
  line: lineOf('nginx-access-log', `request ${ms} ${parts.uri ?? '/'} ${parts.status ?? 502}`, NOW_MS + ms),
  status: 502,
  method: 'GET',
  uri: '/',
  client: '10.0.0.9',
  ...parts,
});

const errorAt = (ms: number, parts: Partial<UpstreamFailure> = {}): UpstreamFailure => ({
  kind: 'upstream-failure',
  at: { epochMs: NOW_MS + Math.floor(ms / 1000) * 1000, toleranceMs: 0 },
  line: lineOf('nginx-error-log', `error ${ms} ${JSON.stringify(parts)}`, NOW_MS + ms),
  fault: 'closed-before-header',
  peer: PEER,
  client: '10.0.0.9',
  uri: '/',
  ...parts,
});

const log = (level: string, requests: readonly AccessRequest[], name = level): AccessLog => ({
  name,
  level,
  requests,
});

function caseOf(
  accessLogs: readonly AccessLog[],
  errors: readonly UpstreamFailure[] = [],
  parts: Partial<HostFile> = {},
): CaseFile {
  const coverage = [{ server: 'web-1', source: 'nginx-error-log', state: 'read' } as const];
  return {
    service: 'app',
    unit: 'app.service',
    window: { fromMs: NOW_MS - 60_000, toMs: NOW_MS + 3_600_000 },
    hosts: [hostWith({ accessLogs, signals: errors, coverage, ...parts })],
    recorded: true,
    unreached: [],
    upstreams: new Map(),
  };
}
const count502 = (file: CaseFile) => httpCountsOf(file).byStatus.get(502) ?? 0;

describe('each failed request is counted once', () => {
  it('when two logs of one level hold it', () => {
    const rich = requestAt(0, { upstreamStatus: [502], requestTimeMs: 3 });
    const file = caseOf(
      [log('server', [requestAt(0)], 'combined'), log('server', [rich], 'app')],
      [errorAt(0)],
    );
    expect(failuresOf(file)).toHaveLength(1);
    expect(count502(file)).toBe(1);
  });

  it('when one of the two formats has no client and no address of the request', () => {
    const {
      client: _c,
      uri: _u,
      method: _m,
      ...bare
    } = requestAt(0, { upstreamStatus: [502], requestTimeMs: 3 });
    const file = caseOf([log('server', [requestAt(0)], 'combined'), log('server', [bare], 'json')]);
    expect(failuresOf(file)).toHaveLength(1);
  });

  it('twice when a client sent the same request twice in one second', () => {
    const both = [requestAt(0), requestAt(400)];
    const file = caseOf([log('server', both, 'a'), log('server', both, 'b')], [errorAt(0), errorAt(400)]);
    expect(failuresOf(file)).toHaveLength(2);
    expect(count502(file)).toBe(2);
  });

  it('in sum over levels, which hold different requests', () => {
    const file = caseOf([
      log('server /', [requestAt(0)]),
      log('location /api', [requestAt(10, { uri: '/api' })]),
    ]);
    expect(failuresOf(file)).toHaveLength(2);
    expect(count502(file)).toBe(2);
  });

  it('from the log that has more when the other was rotated away half-way', () => {
    const all = [requestAt(0), requestAt(5_000), requestAt(9_000)];
    const file = caseOf([log('server', all, 'a'), log('server', all.slice(2), 'b')]);
    expect(failuresOf(file)).toHaveLength(3);
    expect(count502(file)).toBe(3);
  });

  it('with all its tries: one request that failed at two peers is one failure', () => {
    const request = requestAt(200, {
      upstreamPeers: ['10.0.0.1:80', '10.0.0.2:80'],
      upstreamStatus: [502, 502],
    });
    const tries = [
      errorAt(100, { peer: '10.0.0.1:80', connection: 7 }),
      errorAt(100, { peer: '10.0.0.2:80', connection: 7 }),
    ];
    const [failure, ...more] = failuresOf(caseOf([log('server', [request])], tries));
    expect(more).toEqual([]);
    expect(failure).toMatchObject({ status: 502, peer: '10.0.0.2:80', effect: 'client' });
    expect(failure?.lines).toHaveLength(3);
  });

  it('whatever the order of the lines in the logs', () => {
    const second = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(second, fc.constantFrom('/', '/a'), fc.constantFrom(200, 499, 502, 504)), {
          maxLength: 40,
        }),
        lines => {
          const requests = lines.map(([s, uri, status], i) => requestAt(s * 1000 + i, { uri, status }));
          const errors = lines.flatMap(([s, uri, status], i) =>
            status > 499 ? [errorAt(s * 1000 + i, { uri, connection: i })] : [],
          );
          const failed = requests.filter(r => r.status >= 499).length;
          const file = caseOf(
            [log('server', requests, 'a'), log('server', [...requests].reverse(), 'b')],
            errors,
          );
          const told = failuresOf(file);
          expect(told).toHaveLength(failed);
          expect(told.filter(f => f.effect === 'client')).toHaveLength(failed);
        },
      ),
    );
  });
});

describe('what became of a request', () => {
  it.each([
    [
      '502 with an error line',
      requestAt(0),
      [errorAt(0)],
      { effect: 'client', fault: 'closed-before-header', fromUpstream: false },
    ],
    [
      "502 without one is the app's own",
      requestAt(0, { upstreamStatus: [502] }),
      [],
      { effect: 'client', fromUpstream: true },
    ],
    [
      '200 after a failed try',
      requestAt(0, {
        status: 200,
        upstreamStatus: [502, 200],
        upstreamPeers: ['10.0.0.1:80', '10.0.0.2:80'],
      }),
      [errorAt(0, { peer: '10.0.0.1:80' })],
      { effect: 'masked' },
    ],
    [
      '200 whose body was cut',
      requestAt(0, { status: 200 }),
      [errorAt(0, { fault: 'closed-mid-body' })],
      { effect: 'cut' },
    ],
    [
      'an error line whose request went well in the end',
      requestAt(0, { status: 200 }),
      [errorAt(0)],
      { effect: 'masked' },
    ],
    [
      'an error line beyond the end of the access log',
      requestAt(0, { status: 200 }),
      [errorAt(600_000)],
      { effect: 'client', status: 502 },
    ],
    [
      'a time-out beyond the end of the access log',
      requestAt(0, { status: 200 }),
      [errorAt(600_000, { fault: 'timed-out-reading-header' })],
      { effect: 'client', status: 504 },
    ],
  ] as const)('%s', (_, request, errors, told) => {
    expect(failuresOf(caseOf([log('server', [request])], errors))).toMatchObject([told]);
  });

  it('is told by the error log alone where there is no access log', () => {
    expect(failuresOf(caseOf([], [errorAt(0)]))).toMatchObject([{ effect: 'client', status: 502 }]);
  });

  it("is not told to be the app's own answer where the error log could not be read", () => {
    const file = caseOf([log('server', [requestAt(0, { upstreamStatus: [502] })])], [], { coverage: [] });
    expect(failuresOf(file)).toMatchObject([{ fromUpstream: false }]);
  });
});
