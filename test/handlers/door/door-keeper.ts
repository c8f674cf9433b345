import type { App } from '@slack/bolt';
import { HttpDoorReceiver } from '../../../handlers/door/http-door-receiver.ts';
import { systemTimer } from '../../../src/adapters/system-timer.ts';

/** A process with a door, which tells its parent of each command. Started by `fork` with PORT and SECRET. */
const silent = () => undefined;
const receiver = new HttpDoorReceiver({
  address: { host: '127.0.0.1', port: Number(process.env.PORT) },
  path: '/slack/events',
  signingSecret: process.env.SECRET ?? '',
  inbox: { claim: async () => true, claimUnsynced: async () => true } as never,
  clock: { nowMs: Date.now },
  timer: systemTimer,
  log: { debug: silent, info: silent, warn: silent, error: silent } as never,
});
receiver.init({
  processEvent: async ({ ack, body }: Parameters<App['processEvent']>[0]) => {
    await ack();
    process.send?.(body.text);
  },
} as App);
process.on('message', (word: 'stop' | 'block') => {
  if (word === 'stop') void receiver.stop().then(() => process.send?.('stopped'));
  // Deaf for a second: what comes in waits in the pipe.
  else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
});
process.once('disconnect', () => process.exit(0));
await receiver.start();
process.send?.('open');
