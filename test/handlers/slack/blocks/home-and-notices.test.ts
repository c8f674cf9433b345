import { describe, expect, it } from 'vitest';
import { type HomeModel, homeView } from '../../../../handlers/slack/blocks/home-view.ts';
import { sampleStanding } from '../../../../handlers/slack/blocks/incident-samples.ts';
import {
  brokenNotice,
  helpNotice,
  notMemberNotice,
  refusedNotice,
  undeliverableNotice,
  unknownTargetNotice,
} from '../../../../handlers/slack/blocks/notices.ts';
import { violationsOf } from '../../../../handlers/slack/blocks/slack-violations.ts';
import { sampleWatches } from '../../../../handlers/slack/blocks/warning-samples.ts';
import { confirmedOom, likelyTimeout } from '../../../report/documents.ts';
import { ASKED_AT_MS, aRun, readable } from './runs.ts';

const model = (change: Partial<HomeModel> = {}): HomeModel => ({ services: [], version: '0.1.0', ...change });

describe('the App Home', () => {
  it('shows services with their last verdict, and what to type', () => {
    const services = [
      {
        id: 'shop-api',
        mayDiagnose: true,
        last: { run: aRun({ endedAtMs: ASKED_AT_MS + 6_000 }), document: likelyTimeout() },
      },
      { id: 'checkout', mayDiagnose: false },
      { id: 'search', mayDiagnose: true, last: { run: aRun({ state: 'running' }) } },
      { id: 'feed', mayDiagnose: true, last: { run: aRun({ state: 'failed', failure: 'Disk full.' }) } },
      { id: 'mail', mayDiagnose: false, last: { run: aRun() } },
    ];
    expect(readable(homeView(model({ services })))).toMatchInlineSnapshot(`
      "# Services

      🔶 502s on shop-api: worker timeout (LIKELY, 78 %)   [Diagnose]

      ~ <!date^1795342806^{date_short_pretty}, {time}|22 Nov 10:20 UTC> your time · 22 Nov 10:20 UTC · 1 gap in what could be read

      checkout: not diagnosed yet

      ⏳ search: being diagnosed now   [Diagnose]

      ~ <!date^1795342800^{date_short_pretty}, {time}|22 Nov 10:20 UTC> your time · 22 Nov 10:20 UTC

      ❗ feed: the diagnosis failed. Disk full.   [Diagnose]

      ~ <!date^1795342800^{date_short_pretty}, {time}|22 Nov 10:20 UTC> your time · 22 Nov 10:20 UTC

      mail: its last verdict is no longer kept

      ~ <!date^1795342800^{date_short_pretty}, {time}|22 Nov 10:20 UTC> your time · 22 Nov 10:20 UTC

      [Choose a service and a window]

      (divider)

      *In a channel, type* \`/diagnose-502 checkout since 30m\`
      In a thread, write \`@staunch diagnose checkout\`. More: \`/diagnose-502 help\`

      ~ Staunch 0.1.0 · nothing is changed that others have not approved"
    `);
  });

  it('shows how workers are, those first that need somebody', () => {
    const [, calm, blind, warned, critical] = sampleWatches();
    const services = [
      { id: 'cart', mayDiagnose: true, watch: calm! },
      { id: 'shop', mayDiagnose: false, watch: blind! },
      { id: 'checkout', mayDiagnose: true, watch: warned!, last: { run: aRun(), document: confirmedOom() } },
      { id: 'mail', mayDiagnose: true, watch: critical! },
    ];
    expect(readable(homeView(model({ services }))).split('\n\n[Choose')[0]).toMatchInlineSnapshot(`
      "# Services

      ~ 🛑 1 critical · 🔶 1 warned of · ❔ 1 not known yet · ✅ 1 calm · 1 server does not answer

      🛑 mail: 3 of 4 workers grow (CRITICAL)   [Diagnose]

      - MemoryMax 1.5 GB about {13:50 UTC} (any time until {14:20 UTC})
      - No incident so far

      🔶 checkout: 2 of 4 workers grow (WARNING)   [Diagnose]

      - MemoryMax 1.5 GB about {17:10 UTC} ({15:50 UTC} – {19:30 UTC})
      - 💤 Snoozed until {17:20 UTC}
      - Last: 🛑 502s on checkout: worker OOM kill (CONFIRMED), {22 Nov 10:20 UTC}

      ❔ shop: not enough is known of its workers yet (BLIND)

      - Workers are too young to be judged until {15:20 UTC}
      - web-3 has not answered since {12:40 UTC}
      - On web-2 the access log cannot be read, so that 502s are not counted there: add the user to the group adm.
      - No incident so far

      ✅ cart: 4 workers, none near its limit (CALM)   [Diagnose]

      - No incident so far"
    `);
  });

  it('lists what is open, with its channel, who has it and what comes next', () => {
    const open = sampleStanding(usual => usual);
    const { owner: _, card: __, notice: ___, ...untaken } = sampleStanding(usual => usual, { number: 13 });
    const direct = { ...untaken, number: 14, incident: { ...untaken.incident, channel: 'U0ANA' } };
    const incidents = { open: [open, untaken, direct], nameOf: () => 'Ana Silva' };
    expect(readable(homeView(model({ incidents }))).split('\n\n# Services')[0]).toMatchInlineSnapshot(`
      "# Open incidents: 3

      - #C0SAMPLE *12 checkout* 🔎 being looked into, severity high, owner Ana Silva, open since {10:20 UTC}. Next: Does the limit fit the workers? 3 of 12 alerts fire: HighErrorRate on web-1, web-2.
      - #C0SAMPLE *13 checkout* 🔎 being looked into, severity high, nobody has taken it, open since {10:20 UTC}.
      - In a direct message: *14 checkout* 🔎 being looked into, severity high, nobody has taken it, open since {10:20 UTC}."
    `);
    const many = { open: Array.from({ length: 40 }, () => open), nameOf: () => undefined };
    const text = readable(homeView(model({ incidents: many })));
    expect(text).toContain('28 more incidents');
    expect(text).toContain('owner U0SAMPLE');
    expect(violationsOf(homeView(model({ incidents: many })))).toEqual([]);
    expect(readable(homeView(model({ incidents: { ...many, open: [] } })))).not.toContain('incidents');
  });

  it('shows the setting up to those who are given it, ticks and words', () => {
    const setup = [
      { done: true, what: '3 servers registered' },
      {
        done: false,
        what: 'roles',
        todo: 'Name who may ask in staunch.yml.',
        command: 'staunch doctor --slack',
      },
    ];
    const text = readable(homeView(model({ setup })));
    expect(text).toContain('# Setting up: 1 of 2 done');
    expect(text).toContain('✓ done: 3 servers registered');
    expect(text).toContain('✗ to do: roles\nName who may ask in staunch.yml. `staunch doctor --slack`');
    expect(readable(homeView(model()))).not.toContain('Setting up');
  });

  it('shows somebody without a role the explanation and nothing else', () => {
    const view = homeView(
      model({
        refusal: 'You have no role. Ask an admin.',
        services: [{ id: 'checkout', mayDiagnose: true }],
      }),
    );
    expect(readable(view)).toContain('You have no role. Ask an admin.');
    expect(JSON.stringify(view)).not.toMatch(/checkout|button/);
  });

  it.each([0, 1, 35, 36, 1_000])('keeps the limits with %i services', count => {
    const services = Array.from({ length: count }, (_, index) => ({
      id: `service-${index}`,
      mayDiagnose: true,
      last: { run: aRun(), document: confirmedOom() },
      ...(index % 2 === 0 && { watch: sampleWatches()[index % 6]! }),
    }));
    const setup = Array.from({ length: 50 }, (_, index) => ({
      done: index % 2 === 0,
      what: 'x'.repeat(500),
    }));
    const view = homeView(model({ services, setup }));
    expect(violationsOf(view)).toEqual([]);
    if (count > 35) expect(readable(view)).toContain(`… and ${count - 35} more services`);
  });
});

describe('a notice to one person', () => {
  it('of what to type names every way', () => {
    expect(readable(helpNotice())).toMatchInlineSnapshot(`
      "*What to type*
      - \`/diagnose-502\`  the service of this channel, the last 2 hours; a list to choose from where it isn't clear
      - \`/diagnose-502 checkout\`  a service, a server or a group by its name in staunch.yml
      - \`/diagnose-502 checkout since 30m\`  another length: 15m, 6h, 3d
      - \`/diagnose-502 checkout yesterday 02:05-02:20\`  a window in your own time zone
      - \`@staunch diagnose checkout\`  the same, and the way to ask inside a thread
      - \`@staunch plan checkout\`  the change that would help, with its diff; others approve it before anything happens
      Asking only reads. A server is changed only after people have approved exactly that change."
    `);
  });

  it.each([
    [
      refusedNotice('You have no role. Ask an admin of Staunch.'),
      '🔒 You have no role. Ask an admin of Staunch.',
    ],
    [
      unknownTargetNotice('chekout', ['checkout', 'check']),
      '❓ There is no service, server or group called `chekout`. Did you mean `/diagnose-502 checkout` or `/diagnose-502 check`?',
    ],
    [
      unknownTargetNotice('x', []),
      '❓ There is no service, server or group called `x`. To choose from a list, type `/diagnose-502` alone in a channel.',
    ],
    [
      notMemberNotice(),
      '🚪 I am not in this channel, so I cannot answer where everybody sees it. Invite me with `/invite @staunch` and ask again.',
    ],
    [
      brokenNotice('command-m3x'),
      '❗ Something failed on my side; nothing was changed. Try again, or look from a shell with `staunch diagnose`. Whoever runs Staunch finds more in its log under `command-m3x`.',
    ],
  ])('reads %#', (message, words) => {
    expect(readable(message)).toBe(words);
  });

  it.each([
    ['is_archived', 'that channel is archived'],
    ['made_up', 'Slack refused it (made_up)'],
  ])('of a verdict that cannot be posted says why: %s', (reason, words) => {
    expect(readable(undeliverableNotice(aRun(), reason))).toContain(words);
  });
});
