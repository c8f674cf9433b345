import { Agent, request } from 'node:http';
import { signRequest } from '../../practice/slack/signature.ts';

/** So many signed commands a second, for so long, whatever comes back: as Slack sends them. */
export interface Sending {
  readonly url: string;
  readonly secret: string;
  readonly perSecond: number;
  readonly seconds: number;
  /** Fields of the command that stay; `trigger_id` is added. */
  readonly fields: Readonly<Record<string, string>>;
}

/** From the instant at which a command was due, or sent where a timer came early, to its acknowledgement. */
export interface Sent {
  readonly ms: readonly number[];
  readonly failed: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
let number = 0;

process.on('message', async (sending: Sending) => {
  process.send?.(await send(sending));
});
process.once('disconnect', () => process.exit(0));
process.send?.('ready');

async function send({ url, secret, perSecond, seconds, fields }: Sending): Promise<Sent> {
  const total = perSecond * seconds;
  const began = performance.now();
  const results: Promise<number | undefined>[] = [];
  while (results.length < total) {
    const due = began + (results.length * 1000) / perSecond;
    const waitMs = due - performance.now();
    if (waitMs > 0) await new Promise(resolve => setTimeout(resolve, waitMs));
    results.push(one(url, secret, { ...fields, trigger_id: `bench.${process.pid}.${++number}` }, due));
  }
  const all = await Promise.all(results);
  const ms = all.filter(each => each !== undefined);
  return { ms, failed: all.length - ms.length };
}

function one(
  url: string,
  secret: string,
  fields: Readonly<Record<string, string>>,
  due: number,
): Promise<number | undefined> {
  const { body, headers } = signRequest(new URLSearchParams(fields).toString(), secret, Date.now());
  const began = Math.min(due, performance.now());
  return new Promise(resolve => {
    const sent = request(url, {
      method: 'POST',
      agent,
      headers: {
        ...headers,
        'Content-Type': 'application/x-www-form-urlencoded',
        'Content-Length': Buffer.byteLength(body),
      },
    });
    sent.once('response', response => {
      response.resume();
      response.once('end', () =>
        resolve(response.statusCode === 200 ? performance.now() - began : undefined),
      );
    });
    sent.once('error', () => resolve(undefined));
    sent.end(body);
  });
}
