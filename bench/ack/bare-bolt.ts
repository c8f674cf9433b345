import bolt from '@slack/bolt';
import { answerWithLoopDelay } from './loop-delay.ts';

/** The least app that Bolt makes: it acknowledges and does nothing else. Started by `fork` with PORT and SECRET. */
const { PORT, SECRET = '' } = process.env;
const receiver = new bolt.HTTPReceiver({
  signingSecret: SECRET,
  endpoints: '/slack/events',
  logLevel: bolt.LogLevel.ERROR,
});
const app = new bolt.App({
  receiver,
  authorize: async () => ({ botToken: 'xoxb-bench', botId: 'B0BENCH', botUserId: 'U0BENCH' }),
  logLevel: bolt.LogLevel.ERROR,
});
app.command('/diagnose-502', async ({ ack }) => {
  await ack();
});
await app.start({ host: '127.0.0.1', port: Number(PORT) });
answerWithLoopDelay();
process.send?.('ready');
