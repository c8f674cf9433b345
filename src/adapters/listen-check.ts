import { createServer } from 'node:net';
import { listeningProblem } from './listening-problem.ts';
import type { Address } from './settings.ts';

const ANSWER_MS = 3_000;

/** Whether an address can be listened on. `staunch`: something there refuses a request that Slack did not sign. */
export type ListenCheck =
  | { readonly state: 'free' | 'staunch'; readonly at: string }
  | { readonly state: 'taken' | 'impossible'; readonly at: string; readonly detail: string };

/** Listens for a moment; where somebody listens already, asks them what Staunch would refuse. */
export async function listenCheck(address: Address, path: string): Promise<ListenCheck> {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  const at = `http://${host}:${address.port}${path}`;
  const error = await listenedFor(address);
  if (error === undefined) return { state: 'free', at };
  const inUse = 'code' in error && error.code === 'EADDRINUSE';
  if (inUse && (await refusesUnsigned(at.replace('//0.0.0.0:', '//127.0.0.1:').replace('[::]', '[::1]'))))
    return { state: 'staunch', at };
  const detail = listeningProblem(error, address, '')?.message.trim() ?? error.message;
  return { state: inUse ? 'taken' : 'impossible', at, detail };
}

function listenedFor({ host, port }: Address): Promise<Error | undefined> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', resolve);
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

async function refusesUnsigned(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await fetch(url, { method: 'POST', body: 'payload=%7B%7D', redirect: 'manual', signal });
    await answer.body?.cancel();
    return answer.status === 401;
  } catch {
    return false;
  }
}
