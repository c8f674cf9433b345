import { describe, expect, it } from 'vitest';
import { slackTelling } from '../../../../handlers/slack/blocks/telling.ts';
import type { DiagnosisDocument } from '../../../../src/report/diagnosis-document.ts';
import type { Progress } from '../../../../src/workflows/investigation.ts';
import type { ServerProgress } from '../../../../src/workflows/surface-ports.ts';
import { aDocument, confirmedOom, inconclusiveWithGaps, likelyTimeout } from '../../../report/documents.ts';
import { noIncident } from '../../../report/no-incident.ts';
import { ASKED_AT_MS, aRun, noneReached, readable } from './runs.ts';

const telling = slackTelling();
const verdictOf = (document: DiagnosisDocument) => telling.verdict(aRun(), document, 6_123);
const order = (text: string, ...parts: string[]) => {
  const places = parts.map(part => [part, text.indexOf(part)]);
  expect(places.filter(([, place]) => place === -1)).toEqual([]);
  expect(places.toSorted((a, b) => Number(a[1]) - Number(b[1]))).toEqual(places);
};

describe('the root message while a diagnosis runs', () => {
  it('says what is looked at, since when and for whom', () => {
    expect(readable(telling.running(aRun()))).toMatchInlineSnapshot(`
      "# ⏳ Diagnosing 502s on checkout, the last 2 h …

      Reading its servers now; nothing on them is changed. The verdict will stand in this message.

      ~ <!date^1795335600^{date_short_pretty}, {time}|08:20:00 UTC> – <!date^1795342800^{time}|10:20:00 UTC> your time · 22 Nov 2026 08:20 – 10:20 UTC · asked by <@U0ANA> · run 1"
    `);
  });

  it('calls a window that has ended by its length', () => {
    const window = { fromMs: ASKED_AT_MS - 90_000_000, toMs: ASKED_AT_MS - 89_100_000 };
    expect(telling.running(aRun({ window })).text).toContain(
      'Diagnosing 502s on checkout, a window of 15 min',
    );
  });
});

describe('the root message with a verdict', () => {
  it('of a confirmed OOM kill reads top-down', () => {
    expect(readable(verdictOf(confirmedOom()))).toMatchInlineSnapshot(`
      "# 🛑 502s on checkout: worker OOM kill (CONFIRMED)

      Memory ran out and the kernel killed worker processes, and with them the requests they were serving. It was the service's own memory limit, not the host's memory, that was reached.

      The kernel killed 9 processes of gunicorn.service because its own memory limit (224 MB) was reached.   [E1, E3, E5 +6]

      The unit's oom_kill counter says 9 as well.   [E19]

      All nine 502s came within 1 s of a kill.   [E2, E4, E6 +1]

      *When*  {10:11:21 UTC} – {10:12:48 UTC} your time · 22 Nov 2026 10:11:21 – 10:12:48 UTC (1 min 27 s)
      *Where*  web-1: read
      *Clients*  701 requests · 502: 9
      *Workers*  upstream errors 9 · worker deaths 9 (OOM kills 9) · 502s explained 9 of 9
      *Timing*  9 of 9 bursts of 502s began within 3 s of an OOM kill of a worker of this unit. By chance we would expect 1.3. p < 0.001 (1,000 shuffles).

      *Ruled out*   [E19, E20]

      - worker timeout: no WORKER TIMEOUT line for any of the 9 pids [E19]
      - restart of the service: the unit was not stopped in the window [E20]

      *Look next (nothing here changes a server)* · 2 more in the thread
      Does one kill stop the whole service? (OOMPolicy=stop does; "continue" would come first)
      \`systemctl show -p OOMPolicy,MemoryMax,MemoryHigh,NRestarts checkout.service\`

      [Propose fix] [Show evidence] [Re-run] [Wrong verdict?]

      ~ Read in 6.1 s, <!date^1795342806^{date_short_pretty}, {time_secs}|22 Nov 10:20:06 UTC> · asked by <@U0ANA> · run 1 · secrets masked · no language model"
    `);
  });

  it('of a likely time-out names the other candidates, the gap and the way to mend it', () => {
    const text = readable(verdictOf(likelyTimeout()));
    order(
      text,
      '# 🔶 502s on shop-api: worker timeout (LIKELY, 78 %)',
      'Gunicorn announced a time-out of pid 491 one second before it was killed.   [E1, E2]',
      '*When*',
      '*Or else*',
      '- worker OOM kill 14 %',
      '*Ruled out*',
      '- worker crash',
      '*Could not be seen*',
      'Raise SystemMaxUse=',
      '*Look next',
      ' more in the thread',
      '[Show evidence] [Re-run] [Wrong verdict?]',
      '~ Read in 6.1 s',
    );
  });

  it('of an unsettled case says first what would settle it', () => {
    const text = readable(verdictOf(inconclusiveWithGaps()));
    order(
      text,
      '(INCONCLUSIVE)',
      '*What would settle it*',
      'Mend it: `sudo usermod -aG systemd-journal staunch`',
      '*A look that tells',
      'Candidate: worker OOM kill 46 %',
      '*When*',
    );
    expect(text).not.toContain('OOMPolicy');
  });

  it('of no incident is calm: what was checked, and no ruling out', () => {
    const text = readable(verdictOf(noIncident()));
    order(text, '# ✅ ', 'Checked: requests', 'look at another window', '*When*', '[Re-run]');
    expect(text).not.toMatch(/Ruled out|Look next|Or else/);
    expect(telling.evidence(aRun(), noIncident())).toEqual([]);
  });

  it('of servers that could not be reached is no all-clear', () => {
    const text = readable(verdictOf(noneReached(aDocument())));
    order(
      text,
      '# 🔌 checkout: none of its servers could be read (INCONCLUSIVE)',
      'this is no all-clear',
      '*Why not*',
      'Mend it: `staunch server test web-1`',
      '[Re-run]',
    );
    expect(text).not.toMatch(/Show evidence|Wrong verdict|requests/);
  });

  it('says the verdict, the reasons and the figures without blocks too', () => {
    expect(verdictOf(likelyTimeout()).text).toMatchInlineSnapshot(
      `"🔶 502s on shop-api: worker timeout (LIKELY, 78 %). A worker was busy for longer than its time limit, so Gunicorn killed it in the middle of a request. Gunicorn announced a time-out of pid 491 one second before it was killed. The 502 of that request came after 30 s, which is the timeout in force. 1,204 requests · 502: 1 · 504: 3; upstream errors 4 · worker deaths 1 (OOM kills not known) · 502s explained 1 of 1. 1 gap in what could be read. Window: 22 Nov 2026 01:05 – 01:20 UTC."`,
    );
  });

  it('opens each claim by a button whose value names the run and the lines', () => {
    const buttons = verdictOf(confirmedOom()).blocks.flatMap(block => {
      const { accessory } = block as { accessory?: { text: { text: string }; value: string } };
      return accessory ? [[accessory.text.text, accessory.value]] : [];
    });
    expect(buttons[0]).toEqual(['E1, E3, E5 +6', `${aRun().id} E1,E3,E5,E7,E9,E11,E13,E15,E17`]);
    expect(buttons).toHaveLength(4);
  });

  it('puts the unit into the commands where it is known', () => {
    const knowing = slackTelling({ unit: service => `${service}-web.service` });
    expect(readable(knowing.verdict(aRun(), confirmedOom(), 1))).toContain('NRestarts checkout-web.service');
  });

  it('keeps the status of a service with a very long name', () => {
    const text = readable(verdictOf({ ...confirmedOom(), service: 'checkout-'.repeat(100) }));
    expect(text.split('\n')[0]).toContain('(CONFIRMED)');
  });
});

describe('the checklist in the thread', () => {
  const progress = telling.progress;

  it('says how each server gets on, in signs and words', () => {
    const servers: ServerProgress = new Map<string, Progress>([
      ['web-1', { server: 'web-1', state: 'done', bytes: 1_258_291, tookMs: 812 } as const],
      ['web-2', { server: 'web-2', state: 'asking' } as const],
      ['web-3', { server: 'web-3', state: 'connecting' } as const],
      ['web-4', { server: 'web-4', state: 'failed', detail: 'connect ECONNREFUSED' } as const],
    ]);
    expect(readable(progress(aRun(), servers, false))).toMatchInlineSnapshot(`
      "*Reading 4 servers: 1 done, 1 failed …*
      - ✓ \`web-1\` done, 1.2 MB in 0.8 s
      - ◦ \`web-2\` asking …
      - ◦ \`web-3\` connecting …
      - ✗ \`web-4\` failed: connect ECONNREFUSED"
    `);
    expect(readable(progress(aRun(), servers, true))).toContain('✗ `web-2` not finished');
    expect(progress(aRun(), servers, true).text).toContain('Read 1 of 4 servers. Not read: web-4.');
  });

  it('counts many servers and names every one that failed', () => {
    const servers: ServerProgress = new Map<string, Progress>(
      Array.from({ length: 200 }, (_, index) => {
        const server = `web-${index}`;
        return index % 4 === 0
          ? ([server, { server, state: 'failed', detail: 'timed out' }] as const)
          : ([server, { server, state: 'done', bytes: 1, tookMs: 1 }] as const);
      }),
    );
    const text = readable(progress(aRun(), servers, true));
    expect(text).toContain('✓ 150 done');
    for (const [name, { state }] of servers)
      if (state === 'failed') expect(text, name).toMatch(new RegExp(`${name}\\b`));
  });

  it('says that nothing has begun', () => {
    expect(readable(progress(aRun(), new Map(), false))).toBe('*Connecting to the servers …*');
  });
});

describe('the replies with evidence', () => {
  it('show claims with their lines as written, the deaths, and where the rest is', () => {
    const replies = telling.evidence(aRun(), confirmedOom());
    const text = replies.map(readable).join('\n\n');
    expect(text).toContain('| Memory cgroup out of memory: Killed process 832 (gunicorn)');
    expect(text).toContain('… and 7 more lines like these.');
    expect(text).toContain('{10:11:37 UTC} | 10:11:37 | 832 | worker OOM kill | E1 E2');
    expect(text).toContain('20 lines in all: under Show evidence.   [Show evidence]');
  });

  it('say that a line is not kept any more', () => {
    const { E19: _gone, ...evidence } = confirmedOom().evidence;
    const text = telling
      .evidence(aRun(), { ...confirmedOom(), evidence })
      .map(readable)
      .join('\n');
    expect(text).toContain("*The unit's oom_kill counter says 9 as well.*\n1 no longer kept.");
  });
});

describe('when something went wrong with the diagnosis itself', () => {
  it('says what and that it tells nothing about the service', () => {
    const text = readable(telling.failed(aRun({ failure: 'The disk of Staunch is full. Make room.' })));
    order(
      text,
      '# ❗ checkout: the diagnosis failed',
      'The disk of Staunch is full.',
      'whether it is well is not known',
      '[Re-run]',
    );
  });

  it('says that it has begun again after a restart', () => {
    expect(telling.begunAgain(aRun({ attempts: 2 })).text).toContain('begun it again (attempt 2)');
  });
});
