import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { freePort } from '../../free-port.ts';
import { type Practised, type PractisedOptions, practisedStaunch } from './practised-staunch.ts';

/** How Slack reaches the app. */
export const WAYS_IN = ['Socket Mode', 'HTTP'] as const;
export type WayIn = (typeof WAYS_IN)[number];

const EVENTS_PATH = '/slack/events';

/** The whole of Staunch, reached the one way or the other. */
export async function staunchReachedBy(way: WayIn, options: PractisedOptions = {}): Promise<Practised> {
  return way === 'HTTP' ? staunchOverHttp(options) : practisedStaunch(options);
}

/** Staunch with its HTTP receiver; `url` is where it takes Slack's requests. */
export async function staunchOverHttp(options: PractisedOptions = {}): Promise<Practised & { url: string }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}${EVENTS_PATH}`;
  const practised = await practisedStaunch({
    ...options,
    slack: { ...options.slack, http: { url } },
    receiver: slack => ({
      kind: 'http',
      signingSecret: slack.signingSecret,
      path: EVENTS_PATH,
      address: { host: '127.0.0.1', port },
    }),
  });
  return { ...practised, url };
}

type Rows = Readonly<Record<string, string | number | null>>[];

/** What the state holds, as rows; of a Staunch that may be running. */
export function rowsIn(stateFolder: string, query: string): Rows {
  const db = new DatabaseSync(join(stateFolder, 'state.db'), { readOnly: true });
  try {
    return db.prepare(query).all() as Rows;
  } finally {
    db.close();
  }
}
