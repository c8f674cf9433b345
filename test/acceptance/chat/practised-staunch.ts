import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach } from 'vitest';
import { parse } from 'yaml';
import { FLEET_CONFIG } from '../../../practice/fleet/open-fleet.ts';
import { PracticeSlack, type PracticeSlackOptions } from '../../../practice/slack/practice-slack.ts';
import { PRACTICE_IDS, PRACTICE_SEED } from '../../../practice/slack/seed.ts';
import type { PracticeMessage } from '../../../practice/slack/workspace.ts';
import type { OperatorChoice } from '../../../src/adapters/operator-choice.ts';
import { serviceLog } from '../../../src/adapters/service-log.ts';
import type { Settings } from '../../../src/adapters/settings.ts';
import { type Service, startService } from '../../../src/service.ts';
import type { WatchTime } from '../../../src/watching.ts';
import type { Clock } from '../../../src/workflows/ports.ts';

import { buttonsOf } from './message-buttons.ts';
import { textsOf } from './message-texts.ts';

export { buttonsOf, textsOf };
export const { users: U, channels: C } = PRACTICE_IDS;
const root = resolve(import.meta.dirname, '../../..');
export const MANIFEST = parse(readFileSync(join(root, 'manifest.yml'), 'utf8'));
/** The fleet of practice mode, answering without the waits of a network. */
const FLEET = new URL('./quick-fleet.ts', import.meta.url).href;

const opened: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (let stop = opened.pop(); stop; stop = opened.pop()) await stop();
});

/** Whatever was started is stopped after the test, the last first. */
export function stopAfterwards(stop: () => Promise<unknown> | unknown): void {
  opened.push(stop);
}

export interface Practised {
  readonly slack: PracticeSlack;
  readonly staunch: Service;
  readonly stateFolder: string;
  /** What the operator would read, one JSON line each. */
  readonly log: string[];
}

export interface PractisedOptions {
  readonly slack?: Partial<PracticeSlackOptions>;
  readonly settings?: Partial<Settings>;
  readonly receiver?: (slack: PracticeSlack) => Settings['slack']['receiver'];
  /** Module of the servers. */
  readonly source?: string;
  readonly stateFolder?: string;
  readonly watchTime?: WatchTime;
  readonly clock?: Clock;
  readonly operator?: OperatorChoice;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'staunch-chat-'));
  stopAfterwards(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function practiceSlack(options: Partial<PracticeSlackOptions> = {}): Promise<PracticeSlack> {
  const slack = await PracticeSlack.start({ manifest: MANIFEST, seed: PRACTICE_SEED, ...options });
  stopAfterwards(() => slack.stop());
  return slack;
}

/** The whole of Staunch, unchanged, between a practice Slack and the demo fleet. */
export async function practisedStaunch(options: PractisedOptions = {}): Promise<Practised> {
  const stateFolder = options.stateFolder ?? temporaryFolder();
  const slack = await practiceSlack(options.slack);
  return { slack, stateFolder, ...(await startedStaunch(slack, stateFolder, options)) };
}

export async function startedStaunch(
  slack: PracticeSlack,
  stateFolder: string,
  options: PractisedOptions = {},
): Promise<Pick<Practised, 'staunch' | 'log'>> {
  const log: string[] = [];
  process.env.STAUNCH_PRACTICE_CHANGES = join(stateFolder, 'changed-servers');
  const staunch = await startService({
    settings: {
      slack: {
        botToken: slack.botToken,
        apiUrl: slack.apiUrl,
        receiver: options.receiver?.(slack) ?? { kind: 'socket', appToken: slack.appToken },
      },
      configFile: FLEET_CONFIG,
      stateFolder,
      logLevel: 'info',
      watch: false,
      retention: { evidenceDays: 30, incidentDays: 365 },
      ...options.settings,
    },
    log: serviceLog(options.settings?.logLevel ?? 'info', { write: (line: string) => void log.push(line) }),
    source: { kind: 'module', url: options.source ?? FLEET },
    operator: { kind: 'module', url: FLEET },
    version: '0.0.0-test',
    schemaFile: join(root, 'staunch.schema.json'),
    ...(options.clock && { clock: options.clock }),
    ...(options.operator && { operator: options.operator }),
    lost: () => undefined,
    ...(options.watchTime && { watchTime: options.watchTime }),
  });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= staunch.stop();
    return stopped;
  };
  stopAfterwards(stop);
  return { staunch: { ...staunch, stop }, log };
}

/** The root messages of the app in a channel. */
export function rootsOf(slack: PracticeSlack, channel: string): PracticeMessage[] {
  return slack
    .messages(channel)
    .filter(message => message.botId !== undefined && message.threadTs === undefined) as PracticeMessage[];
}

const ENDED = /CONFIRMED|LIKELY|INCONCLUSIVE|NO INCIDENT|the diagnosis failed/;

/** The root message once it shows a verdict, or that there is none. */
export function verdictIn(
  slack: PracticeSlack,
  channel: string,
  timeoutMs = 20_000,
): Promise<PracticeMessage> {
  return slack.until(
    () =>
      rootsOf(slack, channel).find(message => ENDED.test(textsOf(message))) as PracticeMessage | undefined,
    timeoutMs,
  );
}
