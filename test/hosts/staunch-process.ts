import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parse, stringify } from 'yaml';
import { PracticeSlack } from '../../practice/slack/practice-slack.ts';
import { PRACTICE_IDS, PRACTICE_SEED } from '../../practice/slack/seed.ts';
import { serviceLog } from '../../src/adapters/service-log.ts';
import { startService } from '../../src/service.ts';
import { buttonsOf } from '../acceptance/chat/message-buttons.ts';
import { textsOf } from '../acceptance/chat/message-texts.ts';
import type { Doing, StaunchOnHosts } from './staunch-on-hosts.ts';

/**
 * The whole of Staunch against a practice Slack, over SSH to real hosts, until it is ended: writes each message that is
 * new or changed as a line of JSON. A process of its own, because the hosts can be reached from the lab's network only.
 */
const { hosts, identityFile, atPace, beginsAgoMs, applyIdentityFile } = JSON.parse(
  process.argv[2] ?? '{}',
) as StaunchOnHosts;
const ROOT = resolve(import.meta.dirname, '../..');
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

const folder = await mkdtemp(join(tmpdir(), 'staunch-hosts-'));
const configFile = join(folder, 'staunch.yml');
await writeFile(
  configFile,
  stringify({
    ...(applyIdentityFile !== undefined && {
      defaults: { applyIdentityFile },
      changes: { approvals: { development: 2 }, watchFor: '2m' },
      slack: { roles: { requester: ['S0ONCALL'], approver: ['S0LEADS', 'U0CHLOE'] } },
    }),
    servers: Object.fromEntries(
      hosts.map(({ name, address, knownHost }) => [
        name,
        {
          host: address,
          user: 'readonly',
          tier: 'development',
          hostKey: knownHost.split(' ').slice(1, 3).join(' '),
          identityFile,
        },
      ]),
    ),
    services: Object.fromEntries(
      hosts.map(({ name, channel }) => [
        `${name}-app`,
        { unit: 'checkout.service', servers: [name], channels: [channel] },
      ]),
    ),
  }),
);
const slack = await PracticeSlack.start({
  manifest: parse(await readFile(join(ROOT, 'manifest.yml'), 'utf8')),
  seed: PRACTICE_SEED,
});
/** The clock of Staunch: a test may skip hours that nothing but Staunch waits for. */
let skippedMs = 0;
const clock = { nowMs: () => Date.now() + skippedMs };
/** A minute of the watch is short here. It begins long ago and keeps to the clock once it has caught up with it. */
const startedAtMs = Date.now();
const watchMs = () =>
  Math.min(clock.nowMs(), startedAtMs - beginsAgoMs + Math.floor((Date.now() - startedAtMs) * atPace));
const service = await startService({
  settings: {
    slack: {
      botToken: slack.botToken,
      apiUrl: slack.apiUrl,
      receiver: { kind: 'socket', appToken: slack.appToken },
    },
    configFile,
    stateFolder: join(folder, 'state'),
    status: { host: '127.0.0.1', port: 19_502 },
    logLevel: 'info',
    watch: true,
    retention: { evidenceDays: 30, incidentDays: 365 },
  },
  log: serviceLog('info', { write: (line: string) => void say({ logged: JSON.parse(line) }) }),
  source: { kind: 'ssh' },
  version: '0.0.0-test',
  schemaFile: join(ROOT, 'staunch.schema.json'),
  lost: () => process.exit(1),
  clock,
  ...(atPace !== 1 && {
    watchTime: {
      clock: { nowMs: watchMs },
      leaseMs: 3_600_000,
      drive({ tick, renew }) {
        void renew();
        const timers = [
          setInterval(() => void tick(), 10_000 / atPace),
          setInterval(() => void renew(), 1_000),
        ];
        return {
          async stop() {
            for (const timer of timers) clearInterval(timer);
          },
        };
      },
    },
  }),
});

const commands = createInterface({ input: process.stdin });
commands.on('line', async line => {
  const doing = JSON.parse(line) as Doing;
  if ('skip' in doing) skippedMs += doing.skip.ms;
  else if ('say' in doing) await slack.say(doing.say.as, doing.say.channel, doing.say.text);
  else if ('press' in doing) {
    const { as, channel, ts, actionId } = doing.press;
    const message = slack.messages(channel).find(each => each.ts === ts);
    const button = buttonsOf(message).find(each => each.actionId === actionId);
    if (button) await slack.press(as, { message: { channel, ts } }, button);
  } else {
    const view = await slack.until(() => slack.modal(doing.submit.as), 20_000);
    const values = Object.fromEntries(
      Object.entries(doing.submit.values).map(([block, value]) => [
        block,
        { [block]: { type: 'plain_text_input', value } },
      ]),
    );
    await slack.submit(doing.submit.as, view.id, values);
  }
});

const told = new Map<string, string>();
const listening = setInterval(() => {
  for (const channel of Object.values(PRACTICE_IDS.channels))
    for (const message of slack.messages(channel)) {
      const text = textsOf(message);
      const key = `${channel} ${message.ts}`;
      if (told.get(key) === text) continue;
      told.set(key, text);
      const { ts, threadTs, files } = message;
      say({ message: { channel, ts, threadTs, text, files: files.length }, realMs: Date.now() });
    }
}, 200);
const sampled = setInterval(async () => {
  const exposition = await fetch('http://127.0.0.1:19502/metrics').then(
    answer => answer.text(),
    () => '',
  );
  say({ samples: Number(/^staunch_samples_total (\d+)/m.exec(exposition)?.[1] ?? 0) });
}, 1_000);

process.once('SIGTERM', async () => {
  clearInterval(listening);
  clearInterval(sampled);
  await service.stop();
  await slack.stop();
  process.exit(0);
});
