import type { Address } from './settings.ts';

/** Why an address cannot be listened on, and what to try; undefined for an error that is about something else. */
export function listeningProblem(error: unknown, { host, port }: Address, advice: string): Error | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = WHY[code];
  return why === undefined
    ? undefined
    : new Error(`Cannot listen on ${host} port ${port}: ${why}. ${advice}`, { cause: error });
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there already (another Staunch?)',
  EADDRNOTAVAIL: 'this machine does not have that address',
  EACCES: 'the user that runs Staunch may not (ports below 1024 belong to root)',
  ENOTFOUND: 'nobody knows that host name',
  EAI_AGAIN: 'the host name could not be looked up',
};
