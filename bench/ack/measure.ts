import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { PracticeSlack } from '../../practice/slack/practice-slack.ts';
import { PRACTICE_IDS, PRACTICE_SEED } from '../../practice/slack/seed.ts';
import type { Settings } from '../../src/adapters/settings.ts';
import { freePort } from '../../test/free-port.ts';
import { BenchChild } from '../bench-child.ts';
import { deployedEnvironment } from '../deployed-environment.ts';
import { type Goal, type Measured, type Part, Unmeasurable } from '../part.ts';
import type { LoopDelay } from './loop-delay.ts';
import type { Sending, Sent } from './sender.ts';

const PATH = '/slack/events';
const SECONDS = 3;
const RATES = [50, 200] as const;
/** The goal is about 200: what 50 are like is seen sooner. */
const ROUNDS = { 50: 3, 200: 7 } as const;
const MOST_ROUNDS = Math.max(...Object.values(ROUNDS));
/** What measures must not wait behind what is measured: Slack is on other machines. */
const AT_ONCE = ['chrt', '--rr', '20'];
const DIAGNOSES = 10;
const SERVERS_EACH = 5;
const ROOT = resolve(import.meta.dirname, '../..');
const BARE = 'a bare Bolt app, idle';
const BARE_BUSY = 'a bare Bolt app, while Staunch beside it makes the same diagnoses';
const IDLE = 'Staunch, idle';
const BUSY = `Staunch, while ${DIAGNOSES} diagnoses of 20 MB each go on`;

interface Reading extends LoopDelay, Sent {}

/** How soon a command is acknowledged. */
export const ackPart: Part = {
  name: 'ack',
  about: 'signed slash commands at 50 and 200 a second, beside a bare Bolt app',
  async measure(say): Promise<Measured> {
    if (process.getuid?.() !== 0)
      throw new Unmeasurable('The sender must not wait behind what it measures, which takes root.');
    await using stack = new AsyncDisposableStack();
    const folder = mkdtempSync(join(tmpdir(), 'staunch-bench-ack-'));
    stack.defer(() => rmSync(folder, { recursive: true }));
    // Where answers to commands go: not what is measured.
    const sink = createServer((asked, answer) => {
      asked.resume();
      answer.end('ok');
    }).listen(0, '127.0.0.1');
    await once(sink, 'listening');
    stack.defer(() => void sink.close());
    const responseUrl = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`;

    const [boltPort, staunchPort] = [await freePort(), await freePort()];
    const slack = await PracticeSlack.start({
      manifest: parse(readFileSync(join(ROOT, 'manifest.yml'), 'utf8')),
      seed: PRACTICE_SEED,
      http: { url: `http://127.0.0.1:${staunchPort}${PATH}` },
    });
    stack.defer(() => slack.stop());
    const child = async (file: string, before: readonly string[], environment: Record<string, string>) =>
      stack.use(await BenchChild.start(join(import.meta.dirname, file), environment, before));
    const configFile = join(folder, 'staunch.yml');
    writeFileSync(configFile, registryText());
    const settings: Settings = {
      slack: {
        botToken: slack.botToken,
        apiUrl: slack.apiUrl,
        receiver: {
          kind: 'http',
          signingSecret: slack.signingSecret,
          path: PATH,
          address: { host: '127.0.0.1', port: staunchPort },
        },
      },
      configFile,
      stateFolder: join(folder, 'state'),
      logLevel: 'error',
      watch: false,
      retention: { evidenceDays: 30, incidentDays: 365 },
    };
    const bare = await child('bare-bolt.ts', [], { PORT: String(boltPort), SECRET: slack.signingSecret });
    const staunch = await child('staunch.ts', [], {
      SETTINGS: JSON.stringify(settings),
      ...deployedEnvironment(),
    });
    const sender = await child('sender.ts', AT_ONCE, {});
    bare.prioritize();
    staunch.prioritize();
    const send = async (port: number, perSecond: number, text: string, seconds = SECONDS): Promise<Sent> => {
      const sending: Sending = {
        url: `http://127.0.0.1:${port}${PATH}`,
        secret: slack.signingSecret,
        perSecond,
        seconds,
        fields: commandFields(text, responseUrl),
      };
      return (await sender.ask(sending)) as Sent;
    };
    const reading = async (of: BenchChild, port: number, perSecond: number): Promise<Reading> => {
      await of.ask('begin anew');
      const sent = await send(port, perSecond, 'help');
      return { ...sent, ...((await of.ask('tell')) as LoopDelay) };
    };

    say('warming up');
    await send(boltPort, 50, 'help', 1);
    await send(staunchPort, 50, 'help', 1);
    let asked = 0;
    const begin = async () => {
      for (let number = 0; number < DIAGNOSES; number++) {
        await send(staunchPort, 1000, `big-${number} last ${30 + (asked++ % 20)}m`, 0.001);
      }
    };
    await begin();
    await staunch.idle();
    const readings = new Map<string, Reading[]>();
    for (let round = 0; round < MOST_ROUNDS; round++) {
      say(`round ${round + 1} of ${MOST_ROUNDS}`);
      for (const rate of RATES.filter(each => round < ROUNDS[each])) {
        const keep = (name: string, one: Reading) => {
          const key = `${name} @${rate}`;
          readings.set(key, [...(readings.get(key) ?? []), one]);
        };
        keep(BARE, await reading(bare, boltPort, rate));
        keep(IDLE, await reading(staunch, staunchPort, rate));
        await begin();
        keep(BUSY, await reading(staunch, staunchPort, rate));
        await staunch.idle();
        await begin();
        keep(BARE_BUSY, await reading(bare, boltPort, rate));
        await staunch.idle();
      }
    }
    return resultOf(readings);
  },
};

function resultOf(readings: ReadonlyMap<string, readonly Reading[]>): Measured {
  const of = (name: string, rate: number) => readings.get(`${name} @${rate}`) ?? [];
  /** Of all requests together: the p99 of one reading is its sixth-worst, which differs by half between readings. */
  const among = (name: string, rate: number, share: number) => {
    const sorted = of(name, rate)
      .flatMap(({ ms }) => ms)
      .sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  };
  const delayP99 = (name: string, rate: number) => {
    const sorted = of(name, rate)
      .map(({ p99Ms }) => p99Ms)
      .sort((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? Number.NaN;
  };
  const longestDelay = (name: string, rate: number) => Math.max(...of(name, rate).map(({ maxMs }) => maxMs));
  const bareP99 = (rate: number) => ({ name: BARE, measured: among(BARE, rate, 0.99) });
  const goals: Goal[] = [
    {
      what: 'p99 of an acknowledgement at 200/s while 10 diagnoses go on',
      unit: 'ms',
      measured: among(BUSY, 200, 0.99),
      rival: bareP99(200),
      bound: { atMost: 1.5 },
      hard: true,
    },
    {
      what: 'p99 of an acknowledgement at 200/s while 10 diagnoses go on, as such',
      unit: 'ms',
      measured: among(BUSY, 200, 0.99),
      bound: { atMost: 50 },
      hard: true,
    },
    {
      what: 'delay of the main thread, p99, meanwhile',
      unit: 'ms',
      measured: delayP99(BUSY, 200),
      bound: { atMost: 10 },
      hard: true,
    },
    {
      what: 'delay of the main thread, longest, meanwhile',
      unit: 'ms',
      measured: longestDelay(BUSY, 200),
      bound: { atMost: 50 },
      hard: true,
    },
    {
      what: 'commands not acknowledged',
      unit: '',
      measured: [...readings.values()].flat().reduce((sum, one) => sum + one.failed, 0),
      bound: { atMost: 0 },
      hard: true,
    },
  ];
  return {
    tables: RATES.map(rate => ({
      title: `${rate} a second`,
      columns: ['p50 ms', 'p99 ms', 'longest ms', 'loop delay p99 ms', 'loop delay longest ms'],
      rows: [BARE, BARE_BUSY, IDLE, BUSY].map(name => ({
        name,
        values: [
          ...[0.5, 0.99, 1].map(share => among(name, rate, share)),
          delayP99(name, rate),
          longestDelay(name, rate),
        ],
      })),
    })),
    goals,
    leftOut: [],
  };
}

/** Ten services of five servers each, open to the people of the practice Slack. */
function registryText(): string {
  const numbers = Array.from({ length: DIAGNOSES }, (_, at) => at);
  const serversOf = (number: number) =>
    Array.from({ length: SERVERS_EACH }, (_, at) => `server-${number}-${at}`);
  const servers = numbers.flatMap(serversOf).map(id => [id, { host: `${id}.example.net` }]);
  const services = numbers.map(number => [
    `big-${number}`,
    { unit: 'gunicorn.service', servers: serversOf(number) },
  ]);
  return stringify({
    servers: Object.fromEntries(servers),
    services: Object.fromEntries(services),
    slack: { roles: { requester: ['S0ONCALL'] } },
  });
}

function commandFields(text: string, responseUrl: string): Record<string, string> {
  const { users, channels } = PRACTICE_IDS;
  return {
    team_id: PRACTICE_SEED.team.id,
    team_domain: PRACTICE_SEED.team.domain,
    channel_id: channels.incidents,
    channel_name: 'incidents',
    user_id: users.ana,
    user_name: 'ana',
    command: '/diagnose-502',
    text,
    is_enterprise_install: 'false',
    response_url: responseUrl,
  };
}
