import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { afterEach } from 'vitest';
import { LastingSocket } from '../../../handlers/slack/lasting-socket.ts';
import { PracticeSlack, type PracticeSlackOptions } from '../../../practice/slack/practice-slack.ts';
import { PRACTICE_IDS, PRACTICE_SEED } from '../../../practice/slack/seed.ts';
import { systemTimer } from '../../../src/adapters/system-timer.ts';

export const { users: U, channels: C } = PRACTICE_IDS;

/** A manifest with one of everything that the practice Slack delivers. */
export const MANIFEST = {
  display_information: { name: 'Lookout' },
  features: {
    app_home: { home_tab_enabled: true },
    bot_user: { display_name: 'lookout' },
    slash_commands: [
      { command: '/look', description: 'Looks', usage_hint: '[thing]', should_escape: true },
      { command: '/raw', description: 'Takes a text as it was typed' },
    ],
    shortcuts: [
      { name: 'Look at this', type: 'message', callback_id: 'look-at', description: 'Looks at a message' },
      { name: 'Look', type: 'global', callback_id: 'look-around', description: 'Looks around' },
    ],
  },
  oauth_config: { scopes: { bot: ['commands', 'chat:write', 'app_mentions:read', 'files:write'] } },
  settings: {
    event_subscriptions: { bot_events: ['app_mention', 'app_home_opened'] },
    interactivity: { is_enabled: true },
    socket_mode_enabled: true,
  },
};

/** Quick enough that a test of what goes wrong does not wait for Slack's own three seconds. */
export const QUICK = { ackWithinMs: 400, retryAfterMs: [0, 10, 20] } as const;

const opened: (() => Promise<unknown>)[] = [];

/** Whatever was started is stopped after the test, the last first. */
export function stopAfterwards(stop: () => Promise<unknown>): void {
  opened.push(stop);
}

afterEach(async () => {
  for (let stop = opened.pop(); stop; stop = opened.pop()) await stop();
});

export async function startSlack(options: Partial<PracticeSlackOptions> = {}): Promise<PracticeSlack> {
  const slack = await PracticeSlack.start({ manifest: MANIFEST, seed: PRACTICE_SEED, ...options });
  stopAfterwards(() => slack.stop());
  return slack;
}

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

/** A real Bolt app over as many sockets as asked for, back after 0.1 s when one is lost. */
export async function startApp(slack: PracticeSlack, listen: (app: App) => void, sockets = 1): Promise<App> {
  const clientOptions = { slackApiUrl: slack.apiUrl };
  const receivers = Array.from(
    { length: sockets },
    () =>
      new SocketModeReceiver({
        appToken: slack.appToken,
        logger: silent,
        clientPingTimeout: 100,
        // Trying again is done by what keeps the socket.
        installerOptions: { clientOptions: { ...clientOptions, retryConfig: { retries: 0 } } },
      }),
  );
  // As in Staunch: the SDK leaves it to nobody when a connection that is being opened again is cut off.
  const lasting = receivers.map(({ client }) => new LastingSocket(client, systemTimer));
  const app = new App({
    token: slack.botToken,
    logger: silent,
    clientOptions,
    receiver: {
      init: to => {
        for (const receiver of receivers) receiver.init(to);
      },
      start: () => Promise.all(receivers.map(receiver => receiver.start())),
      stop: async () => {
        await Promise.all(lasting.map(socket => socket.finish()));
        return Promise.all(receivers.map(receiver => receiver.stop()));
      },
    },
  });
  listen(app);
  await app.start();
  stopAfterwards(() => app.stop());
  await slack.until(() => slack.openSockets === sockets || undefined);
  return app;
}

/** A real Bolt app that listens for signed requests. */
export async function startHttpApp(
  listen: (app: App) => void,
  options: Partial<PracticeSlackOptions> = {},
): Promise<{ slack: PracticeSlack; url: string }> {
  // The port is known before Slack starts, the secret before the app does.
  const { createServer } = await import('node:net');
  const port = await new Promise<number>(resolve => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address() as { port: number };
      probe.close(() => resolve(free));
    });
  });
  const url = `http://127.0.0.1:${port}/slack/events`;
  const slack = await startSlack({ http: { url }, pace: QUICK, ...options });
  const app = new App({
    token: slack.botToken,
    signingSecret: slack.signingSecret,
    logger: silent,
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
  listen(app);
  await app.start({ port, host: '127.0.0.1' });
  stopAfterwards(() => app.stop());
  return { slack, url };
}
