import { createHmac } from 'node:crypto';
import { afterEach, beforeEach } from 'vitest';
import { AlertReceiver } from '../../src/adapters/alert-receiver.ts';
import type { AlertReceiverSettings } from '../../src/adapters/alert-settings.ts';
import { loadMappings } from '../../src/adapters/mapping-files.ts';
import type { Alert } from '../../src/intake/alert.ts';
import { readMapping } from '../../src/intake/mapping-reading.ts';
import { NOW_MS } from '../intake/alerts.ts';

export const TOKEN = 'a-token-of-sixteen-or-more';
const SECRET = 'a-secret-of-sixteen-or-more';
export const SENTRY_SECRET = 'the-client-secret-of-sentry';
export const bearer = { authorization: `Bearer ${TOKEN}` };
const OWN = readMapping(
  'id: own\ntitle: Own\nfingerprint: /id\nname: /name\nstate: { from: /s, firing: [down] }\n',
  'own.yml',
);

/** Receivers on loopback with a clock and a sink that only a test moves; stopped after each test. */
export class ReceiverRig {
  nowMs = NOW_MS;
  taken: { readonly alerts: readonly Alert[]; readonly key: string | undefined }[] = [];
  logged: unknown[] = [];
  take: () => Promise<{ readonly duplicate: boolean }> = async () => ({ duplicate: false });
  readonly #started: AlertReceiver[] = [];

  /** Gives `change` to the settings. */
  async receiving(change: Partial<AlertReceiverSettings> = {}, patienceMs?: number): Promise<AlertReceiver> {
    const loaded = await loadMappings();
    if (!loaded.ok || !OWN.ok) throw new Error('the mappings cannot be read');
    const write = (fields: object, text: string) => void this.logged.push({ ...fields, text });
    const receiver = await AlertReceiver.start({
      settings: {
        address: { host: '127.0.0.1', port: 0 },
        path: '/alerts',
        token: TOKEN,
        basic: { user: 'am', password: 'a-password-of-sixteen' },
        signingSecrets: new Map([
          ['', SECRET],
          ['SENTRY', SENTRY_SECRET],
        ]),
        limits: { bytes: 4_096, perMinute: 600, atOnce: 20 },
        ...change,
      },
      mappings: new Map([...loaded.mappings, ['own', OWN.mapping]]),
      sink: {
        take: async (alerts, key) => {
          const answer = await this.take();
          this.taken.push({ alerts, key });
          return answer;
        },
        takeAll: async () => {},
      },
      clock: { nowMs: () => this.nowMs },
      log: { info: write, warn: write, error: write },
      ...(patienceMs !== undefined && { patienceMs }),
    });
    this.#started.push(receiver);
    return receiver;
  }

  begin(): void {
    this.nowMs = NOW_MS;
    this.taken = [];
    this.logged = [];
    this.take = async () => ({ duplicate: false });
  }

  async end(): Promise<void> {
    for (const receiver of this.#started.splice(0)) await receiver.stop();
  }

  /** Headers that sign a text as Staunch's own signature does. */
  signed(text: string, atMs = this.nowMs, secret = SECRET) {
    const stamp = String(Math.floor(atMs / 1_000));
    const mac = createHmac('sha256', secret).update(`${stamp}.${text}`).digest('hex');
    return { 'x-staunch-timestamp': stamp, 'x-staunch-signature': `v1=${mac}` };
  }
}

export function receiverRig(): ReceiverRig {
  const rig = new ReceiverRig();
  beforeEach(() => rig.begin());
  afterEach(() => rig.end());
  return rig;
}

export function post(
  receiver: AlertReceiver,
  path: string,
  body: unknown,
  headers: Record<string, string> = bearer,
): Promise<Response> {
  return fetch(`${receiver.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}
