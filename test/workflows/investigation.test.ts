import { describe, expect, it } from 'vitest';
import type { Question } from '../../src/collectors/question.ts';
import { diagnose } from '../../src/diagnosis/diagnosis.ts';
import type { Server } from '../../src/inventory/registry.ts';
import { documentOf } from '../../src/report/diagnosis-writer.ts';
import { investigate, type Progress } from '../../src/workflows/investigation.ts';
import { answer, aServer, aService, RecordedSource, recorded } from './recorded-source.ts';

const HOUR = { fromMs: Date.parse('2026-11-22T10:00:00Z'), toMs: Date.parse('2026-11-22T11:00:00Z') };
const CLOCK_NOW = Date.parse('2026-11-22T11:00:00Z');

async function run(source: RecordedSource, service = aService(), window = HOUR) {
  const told: Progress[] = [];
  const investigation = await investigate(service, window, {
    source,
    clock: { nowMs: () => CLOCK_NOW },
    pause: async () => {},
    cancel: new AbortController().signal,
    progress: p => told.push(p),
  });
  const diagnosis = diagnose(investigation.caseFile);
  return { investigation, diagnosis, document: documentOf(diagnosis), told };
}

const clockAhead =
  (ms: number) =>
  (_: Server, { verb }: Question) =>
    verb === 'clock'
      ? answer(`epoch=${((CLOCK_NOW + ms) / 1000).toFixed(6)}\nzone=UTC\nutc_offset=+0000\n`)
      : undefined;

describe('an investigation over a source', () => {
  it.each([
    ['oom-continue-bookworm-vm', 'confirmed', 'worker-oom-kill', 9],
    ['oom-stop-bookworm-vm', 'confirmed', 'worker-oom-kill', 354],
    ['worker-timeout-sigkill-trixie-ns', 'confirmed', 'worker-timeout', 1],
    ['deploy-restart-bookworm-ns', 'confirmed', 'deploy-restart', 129],
  ])('of %s says what the bundle says', async (incident, verdict, cause, http502) => {
    const { document } = await run(new RecordedSource(incident));
    expect([document.verdict, document.causes[0]?.id, document.counts.http502]).toEqual([
      verdict,
      cause,
      http502,
    ]);
  });

  it('asks each server in a few batches, not question by question', async () => {
    const source = new RecordedSource('oom-continue-bookworm-vm');
    await run(source);
    expect(source.asked.length).toBeLessThanOrEqual(5);
    expect(source.asked.flatMap(a => a.questions).length).toBeGreaterThan(12);
  });

  it('reads only the logs in force where NGINX passes to the app', async () => {
    const source = new RecordedSource('oom-continue-bookworm-vm');
    await run(source);
    const logs = source.asked.flatMap(a => a.questions).filter(q => q.verb === 'access-log');
    expect(logs.map(q => q.args[0])).toEqual([
      '/var/log/nginx/access.log',
      '/var/log/nginx/app_access.log',
      '/var/log/nginx/app_access.json',
    ]);
    expect(logs.map(q => q.args[3])).toEqual(['after-request', 'after-request', 'json:status']);
  });

  it("moves the times of a server whose clock is ahead to this machine's clock", async () => {
    const { diagnosis, document } = await run(
      new RecordedSource('oom-continue-bookworm-vm', clockAhead(90_000)),
    );
    expect(document.verdict).toBe('confirmed');
    // The kernel wrote 10:11:37; that server's clock was 90 s ahead.
    expect(new Date(diagnosis.analysis.deaths[0]?.at.epochMs ?? 0).toISOString()).toMatch(
      /^2026-11-22T10:10:0/,
    );
    expect(document.gaps.some(g => g.source === 'clock' && g.kind === 'clock-unsure')).toBe(true);
  });

  it("asks for the window in the server's own clock", async () => {
    const source = new RecordedSource('oom-continue-bookworm-vm', clockAhead(90_000));
    await run(source);
    const journal = source.asked.flatMap(a => a.questions).find(q => q.verb === 'unit-journal');
    expect(Number(journal?.args[2])).toBe(HOUR.toMs / 1000 + 90);
  });

  it('never confirms an OOM kill when journal and kernel log are denied, and names both', async () => {
    const denied = (_: Server, { verb }: Question) =>
      verb === 'unit-journal' || verb === 'kernel-log'
        ? answer('', 77, 'not in group systemd-journal')
        : undefined;
    const { document } = await run(new RecordedSource('oom-continue-bookworm-vm', denied));
    expect(document.verdict).not.toBe('confirmed');
    expect(
      document.gaps
        .filter(g => g.kind === 'denied')
        .map(g => g.source)
        .sort(),
    ).toEqual(['kernel-log', 'unit-journal']);
    expect(document.gaps.find(g => g.source === 'kernel-log')?.fix).toContain(
      'usermod -aG systemd-journal readonly',
    );
  });

  it('turns a server that does not answer into a gap and reads the others', async () => {
    const gone = (server: Server) =>
      server.id === 'web-2'
        ? { ok: false as const, reason: 'timed-out' as const, detail: 'no answer within 8 s' }
        : undefined;
    const servers = [aServer(), aServer('web-2', '10.213.0.12')];
    const { document, told } = await run(
      new RecordedSource('oom-continue-bookworm-vm', gone),
      aService(servers),
    );
    expect(document.verdict).toBe('confirmed');
    expect(document.servers).toEqual(['lab1', 'web-2']);
    expect(document.gaps.filter(g => g.server === 'web-2').map(g => [g.source, g.kind])).toEqual([
      ['connection', 'timed-out'],
    ]);
    expect(told.filter(p => p.state === 'failed').map(p => p.server)).toEqual(['web-2']);
  });

  it("names the units that do run when the service's unit is not there", async () => {
    const renamed = (_: Server, { verb }: Question) => {
      if (verb === 'unit-state')
        return answer(
          'Id=gunicorn.service\nLoadState=not-found\nActiveState=inactive\n',
          69,
          'There is no unit gunicorn.service.',
        );
      if (verb === 'unit-list') return answer('shop.service\t812\t/usr/bin/gunicorn shop:app\n');
      return verb === 'unit-journal' ? answer('', 0) : undefined;
    };
    const { document } = await run(new RecordedSource('oom-continue-bookworm-vm', renamed));
    const gap = document.gaps.find(g => g.source === 'unit-state');
    expect(gap?.text).toContain('Gunicorn runs here as shop.service');
    expect(gap?.fix).toContain('unit: shop.service');
    expect(document.gaps.some(g => g.source === 'unit-journal')).toBe(false);
  });

  it('says that logs which NGINX sends to syslog or nowhere cannot be read', async () => {
    const config = [
      '# configuration file /etc/nginx/nginx.conf:',
      'error_log syslog:server=10.0.0.9 warn;',
      'events {}',
      'http { access_log off; server { listen 80; location / { proxy_pass http://unix:/run/gunicorn/app.sock; } } }',
    ].join('\n');
    const { document } = await run(
      new RecordedSource('oom-continue-bookworm-vm', (_, { verb }) =>
        verb === 'nginx-config' ? answer(config) : undefined,
      ),
    );
    const gaps = document.gaps.filter(g => g.source.startsWith('nginx-'));
    expect(gaps.find(g => g.source === 'nginx-error-log')?.text).toContain('syslog:server=10.0.0.9');
    expect(gaps.find(g => g.source === 'nginx-access-log')?.text).toContain('access_log is off');
    expect(document.counts.http502).toBeNull();
  });

  it.each([
    [
      'a host without systemd',
      'unit-state',
      'This host does not run systemd.',
      'unit-state',
      /does not run systemd/,
    ],
    ['a host without ss', 'accept-queue', 'ss is not installed.', undefined, undefined],
  ])('goes on at %s', async (_, verb, complaint, source, words) => {
    const without = (__: Server, question: Question) =>
      question.verb === verb ? answer('', 69, complaint) : undefined;
    const { document } = await run(new RecordedSource('oom-continue-bookworm-vm', without));
    expect(document.verdict).toBe('confirmed');
    const gap = document.gaps.find(g => g.source === source);
    if (words) expect(gap?.text).toMatch(words);
    else expect(gap).toBeUndefined();
  });

  it('says that Gunicorn may run in a container or under supervisor when no unit runs it', async () => {
    const bare = (_: Server, { verb }: Question) => {
      if (verb === 'unit-state')
        return answer('Id=gunicorn.service\nLoadState=not-found\n', 69, 'There is no unit gunicorn.service.');
      return verb === 'unit-list' || verb === 'unit-journal' ? answer('', 0) : undefined;
    };
    const { document } = await run(new RecordedSource('oom-continue-bookworm-vm', bare));
    expect(document.gaps.find(g => g.source === 'unit-state')?.text).toMatch(
      /container, under supervisor or by hand/,
    );
  });

  it('says when journald dropped lines and when NGINX holds lines back', async () => {
    const record = JSON.stringify({
      __REALTIME_TIMESTAMP: String(Date.parse('2026-11-22T10:12:00Z') * 1000),
      MESSAGE: 'Suppressed 4012 messages from gunicorn.service',
      SYSLOG_IDENTIFIER: 'systemd-journald',
      _PID: '71',
    });
    const noisy = (_: Server, { verb }: Question) => {
      if (verb === 'unit-journal')
        return answer(
          `${new TextDecoder().decode(recorded('oom-continue-bookworm-vm', 'journal-gunicorn.json'))}${record}\n`,
        );
      if (verb !== 'nginx-config') return undefined;
      return answer(
        new TextDecoder()
          .decode(recorded('oom-continue-bookworm-vm', 'nginx-T.txt'))
          .replace('app_access.log staunch;', 'app_access.log staunch buffer=64k flush=1m;'),
      );
    };
    const { document } = await run(new RecordedSource('oom-continue-bookworm-vm', noisy));
    const lost = document.gaps.filter(g => g.kind === 'lines-lost').map(g => g.text);
    expect(lost[0]).toContain('journald dropped 4012 lines');
    expect(lost[1]).toContain('in blocks (buffer=)');
  });

  it('mentions what was changed the day before, newest first, as no fault', async () => {
    const changed = (_: Server, { verb }: Question) =>
      verb === 'recent-changes'
        ? answer(
            '1795330000\tupgrade nginx:amd64 1.22.1-9 -> 1.30.4-1\n1795340000\t/etc/systemd/system/gunicorn.service was changed\n',
          )
        : undefined;
    const { document } = await run(new RecordedSource('oom-continue-bookworm-vm', changed));
    const observed = document.observed.find(o => o.id === 'recent-change');
    expect(observed?.text).toContain('2 changes of packages or configuration in the day before');
    expect(observed?.text).toContain('gunicorn.service was changed');
    expect(document.verdict).toBe('confirmed');
  });
});
