import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { FLEET_CONFIG } from '../../../practice/fleet/open-fleet.ts';
import type { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import type { Settings } from '../../../src/adapters/settings.ts';

const ENTRY = fileURLToPath(new URL('./staunch-process.ts', import.meta.url));

/** A process that runs nothing but Staunch, and can be killed. */
export interface StaunchChild {
  /** Resolves when it takes what Slack sends; rejects with what it wrote when it ended before. */
  readonly ready: Promise<void>;
  /** Ends it without a chance to do anything; resolves when it is gone. */
  kill(): Promise<void>;
  /** Asks it to end; resolves with its exit code. */
  terminate(): Promise<number | null>;
}

export interface StaunchChildOptions {
  readonly slack: PracticeSlack;
  readonly stateFolder: string;
  readonly receiver?: Settings['slack']['receiver'];
  readonly environment?: Readonly<Record<string, string>>;
}

export function startStaunchChild(options: StaunchChildOptions): StaunchChild {
  const { slack, stateFolder, receiver, environment } = options;
  const settings: Settings = {
    slack: {
      botToken: slack.botToken,
      apiUrl: slack.apiUrl,
      receiver: receiver ?? { kind: 'socket', appToken: slack.appToken },
    },
    configFile: FLEET_CONFIG,
    stateFolder,
    logLevel: 'warn',
    watch: false,
    retention: { evidenceDays: 30, incidentDays: 365 },
  };
  const child = spawn(process.execPath, [ENTRY], {
    env: { ...process.env, ...environment, STAUNCH_TEST_SETTINGS: JSON.stringify(settings) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = new Promise<number | null>(resolve => child.once('exit', code => resolve(code)));
  let said = '';
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', text => {
      said += text;
      if (said.includes('ready\n')) resolve();
    });
    child.stderr.on('data', text => {
      said += text;
    });
    void gone.then(code => reject(new Error(`It ended with ${code}: ${said}`)));
  });
  return {
    ready,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async terminate() {
      child.kill('SIGTERM');
      return gone;
    },
  };
}
