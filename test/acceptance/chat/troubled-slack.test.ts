import { describe, expect, it } from 'vitest';
import type { ApiFault } from '../../../practice/slack/faults.ts';
import type { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import { COMPANY, ownConfig, rooms } from './company.ts';
import { practisedStaunch, rootsOf, textsOf, U } from './practised-staunch.ts';
import { rowsIn } from './ways-in.ts';

const FAULTS: readonly ApiFault[] = [
  { kind: 'rate-limit', retryAfterSeconds: 2 },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503 },
  { kind: 'error', error: 'fatal_error' },
  { kind: 'error', error: 'service_unavailable' },
  { kind: 'cut', effect: false },
  // Slack has done it, and its answer is lost.
  { kind: 'cut', effect: true },
  { kind: 'hang', effect: true },
];
/** A service for each fault, all on the same servers, so that each has a channel and a file name of its own. */
const SERVICES = FAULTS.map((_, index) => `fault-${index + 1}`);
const CALM = 'fault-0';
const roomOf = (service: string) => `C0ROOM${Number(service.split('-')[1]) + 1}`;
const ROOMS = rooms(FAULTS.length + 1);

type Args = Readonly<Record<string, unknown>>;
type Belongs = (service: string, args: Args, slack: PracticeSlack) => boolean;
/** Every call by which messages arrive. */
const CALLS: readonly (readonly [method: string, belongs: Belongs])[] = [
  ['chat.postMessage', (service, args) => args.channel === roomOf(service) && !args.thread_ts],
  ['chat.postMessage', (service, args) => args.channel === roomOf(service) && Boolean(args.thread_ts)],
  ['chat.update', (service, args) => args.channel === roomOf(service)],
  ['files.getUploadURLExternal', (service, args) => String(args.filename).startsWith(`${service}-run`)],
  [
    'upload',
    (service, args, slack) =>
      slack.workspace.files.get(String(args.file))?.name.startsWith(`${service}-run`) === true,
  ],
  ['files.completeUploadExternal', (service, args) => args.channel_id === roomOf(service)],
];

/** Bytes are answered with a status alone, and may take longer than a test may. */
function asUpload(fault: ApiFault): ApiFault {
  if (fault.kind === 'error') return { kind: 'status', status: 502 };
  return fault.kind === 'hang' ? { ...fault, kind: 'cut' } : fault;
}

const threadOf = (slack: PracticeSlack, channel: string) =>
  slack.messages(channel, { threadTs: rootsOf(slack, channel)[0]?.ts ?? 'none yet' });

/** A thread from top to bottom, without what differs from one diagnosis to the next. */
const shown = (slack: PracticeSlack, service: string) =>
  threadOf(slack, roomOf(service)).map(message => ({
    text: [message.text, textsOf(message)]
      .join('\n')
      .replaceAll(service, 'catalog')
      .replace(/incident \d+/gi, 'incident')
      .replace(/\d\d:\d\d(?::\d\d)?|\^\d+\^|[\d.]+ (?:ms|s)\b/g, '…'),
    pictures: message.files.length,
    inThread: message.threadTs !== undefined,
  }));

const isWhole = (slack: PracticeSlack, service: string) =>
  // The chart, and the last message of a thread: what to do next.
  threadOf(slack, roomOf(service)).at(-2)?.files.length === 1 ? true : undefined;

const withServices = (text: string) =>
  text
    .replace(/^ {2}catalog:\n(?<fields>(?: {4}.*\n)+)/m, (_, fields) =>
      [CALM, ...SERVICES].map(service => `  ${service}:\n${fields}`).join(''),
    )
    .replace('[checkout, search, catalog]', '[checkout, search]');

describe('a Slack that limits, fails, says nothing, breaks off, and does things without saying so', () => {
  it('is brought every message once and in thread order, the chart too', async () => {
    const { slack, staunch, stateFolder } = await practisedStaunch({
      slack: { seed: { ...COMPANY, channels: ROOMS } },
      settings: { configFile: ownConfig(withServices) },
    });
    const ask = (service: string) =>
      slack.command(U.ana, roomOf(service), `/diagnose-502 ${service} since 1h`);
    await ask(CALM);
    await slack.until(() => isWhole(slack, CALM));
    CALLS.forEach(([method, belongs], which) => {
      for (const [number, service] of SERVICES.entries()) {
        const due = FAULTS[(number + which) % FAULTS.length]!;
        const fault = method === 'upload' ? asUpload(due) : due;
        slack.faults.api(method, fault, { where: args => belongs(service, args, slack) });
      }
    });
    await Promise.all(SERVICES.map(ask));
    await slack.until(() => SERVICES.every(service => isWhole(slack, service)) || undefined, 60_000);
    await staunch.stop();

    expect(slack.calls.filter(call => call.fault !== undefined)).toHaveLength(CALLS.length * FAULTS.length);
    const lost = "select key, reason from outbox where state <> 'sent' and reason <> 'superseded'";
    expect(rowsIn(stateFolder, lost)).toEqual([]);
    const calm = shown(slack, CALM);
    expect(calm.length).toBeGreaterThan(3);
    for (const service of SERVICES) {
      expect(rootsOf(slack, roomOf(service))).toHaveLength(1);
      expect(shown(slack, service)).toEqual(calm);
    }
  }, 90_000);
});
