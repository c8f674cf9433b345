import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alertSecrets, readAlertSettings } from '../../src/adapters/alert-settings.ts';
import { loadMappings } from '../../src/adapters/mapping-files.ts';
import { readNarratorSettings } from '../../src/adapters/narrator-settings.ts';
import { readSettings, secretsOf } from '../../src/adapters/settings.ts';

const TOKEN = 'a-token-of-sixteen-or-more';
const TOKENS = { SLACK_BOT_TOKEN: `xoxb-${'1'.repeat(12)}`, SLACK_APP_TOKEN: `xapp-${'1'.repeat(12)}` };

function reading<T>(
  read: (environment: NodeJS.ProcessEnv, say: { problems: string[]; warnings: string[] }) => T,
) {
  return (environment: NodeJS.ProcessEnv) => {
    const say = { problems: [] as string[], warnings: [] as string[] };
    return { settings: read(environment, say), ...say };
  };
}
const alerts = reading(readAlertSettings);
const model = reading(readNarratorSettings);

describe('settings of alerts', () => {
  it('are none when nothing is said', () => {
    expect(alerts({})).toEqual({ settings: undefined, problems: [], warnings: [] });
  });

  it('are an address on loopback, a token, and secrets by sender', () => {
    const { settings, problems, warnings } = alerts({
      STAUNCH_ALERTS_ADDRESS: '9503',
      STAUNCH_ALERTS_TOKEN: TOKEN,
      STAUNCH_ALERTS_SECRET: 'the-secret-of-all-others',
      STAUNCH_ALERTS_SECRET_SENTRY: 'the-client-secret-of-sentry',
    });
    expect([problems, warnings]).toEqual([[], []]);
    expect(settings).toEqual({
      receiver: {
        address: { host: '127.0.0.1', port: 9503 },
        path: '/alerts',
        token: TOKEN,
        signingSecrets: new Map([
          ['', 'the-secret-of-all-others'],
          ['SENTRY', 'the-client-secret-of-sentry'],
        ]),
        limits: { bytes: 1_048_576, perMinute: 600, atOnce: 20 },
      },
    });
    expect(alertSecrets(settings!)).toHaveLength(3);
  });

  it.each([
    ['[::]:9503', { host: '::', port: 9503 }],
    ['0.0.0.0:9503', { host: '0.0.0.0', port: 9503 }],
  ])('that listen on %s without TLS are warned of', (given, address) => {
    const { settings, warnings } = alerts({ STAUNCH_ALERTS_ADDRESS: given, STAUNCH_ALERTS_TOKEN: TOKEN });
    expect(settings?.receiver?.address).toEqual(address);
    expect(warnings).toEqual([
      expect.stringMatching(/tokens arrive there unencrypted\. Set STAUNCH_ALERTS_TLS_CERT_FILE/),
    ]);
    const tls = { STAUNCH_ALERTS_TLS_CERT_FILE: '/c', STAUNCH_ALERTS_TLS_KEY_FILE: '/k' };
    expect(alerts({ STAUNCH_ALERTS_ADDRESS: given, STAUNCH_ALERTS_TOKEN: TOKEN, ...tls }).warnings).toEqual(
      [],
    );
  });

  it('may ask an Alertmanager', () => {
    const { settings, problems } = alerts({
      STAUNCH_ALERTMANAGER_URL: 'https://am.example.com:9093/',
      STAUNCH_ALERTMANAGER_USER: 'u',
      STAUNCH_ALERTMANAGER_PASSWORD: 'p',
      STAUNCH_ALERTMANAGER_EVERY_SECONDS: '60',
    });
    expect(problems).toEqual([]);
    expect(settings).toEqual({
      poll: { url: 'https://am.example.com:9093', basic: { user: 'u', password: 'p' }, everyMs: 60_000 },
    });
  });

  const at = { STAUNCH_ALERTS_ADDRESS: '127.0.0.1:9503', STAUNCH_ALERTS_TOKEN: TOKEN };
  it.each<[NodeJS.ProcessEnv, RegExp]>([
    [
      { STAUNCH_ALERTS_ADDRESS: '127.0.0.1:9503' },
      /nothing tells who may deliver there: set STAUNCH_ALERTS_TOKEN/,
    ],
    [
      { ...at, STAUNCH_ALERTS_ADDRESS: 'somewhere' },
      /STAUNCH_ALERTS_ADDRESS is "somewhere": expected an address and a port/,
    ],
    [{ ...at, STAUNCH_ALERTS_ADDRESS: '127.0.0.1:99999' }, /STAUNCH_ALERTS_ADDRESS is "127\.0\.0\.1:99999"/],
    [
      { ...at, STAUNCH_ALERTS_TOKEN: 'short' },
      /STAUNCH_ALERTS_TOKEN has 5 characters: expected 16 at least\. Try: openssl rand/,
    ],
    [
      { ...at, STAUNCH_ALERTS_USER: 'am' },
      /STAUNCH_ALERTS_PASSWORD is missing: basic authentication needs both/,
    ],
    [{ ...at, STAUNCH_ALERTS_PASSWORD: TOKEN }, /STAUNCH_ALERTS_USER is missing/],
    [{ ...at, STAUNCH_ALERTS_TLS_KEY_FILE: '/k' }, /STAUNCH_ALERTS_TLS_CERT_FILE is missing/],
    [
      { ...at, STAUNCH_ALERTS_PATH: '/alerts/' },
      /STAUNCH_ALERTS_PATH is "\/alerts\/": expected a path such as/,
    ],
    [
      { ...at, STAUNCH_ALERTS_MAX_AT_ONCE: '0' },
      /STAUNCH_ALERTS_MAX_AT_ONCE is "0": expected a number from 1 to 1000/,
    ],
    [
      { STAUNCH_ALERTMANAGER_URL: 'https://u:s3cretpw@am' },
      /STAUNCH_ALERTMANAGER_URL cannot be used: expected an address/,
    ],
    [{ STAUNCH_ALERTMANAGER_URL: 'am:9093' }, /STAUNCH_ALERTMANAGER_URL cannot be used/],
  ])('refuse %j', (environment, problem) => {
    const { problems } = alerts(environment);
    expect(problems.join(' ')).toMatch(problem);
    expect(problems.join(' ')).not.toMatch(/s3cretpw|a-token-of/);
  });

  it('are part of all settings, and their secrets are hidden', () => {
    const all = readSettings({ ...TOKENS, ...at, STAUNCH_MODEL: 'm', STAUNCH_MODEL_KEY: 'key-of-model' });
    expect(all).toMatchObject({ ok: true, settings: { alerts: { receiver: {} }, narrator: { model: 'm' } } });
    expect(all.ok && secretsOf(all.settings)).toEqual(expect.arrayContaining([TOKEN, 'key-of-model']));
    expect(readSettings({ ...TOKENS, STAUNCH_ALERTS_ADDRESS: 'x' })).toMatchObject({
      ok: false,
      tokens: true,
    });
  });
});

describe('mapping files', () => {
  it('of one’s own come beside the shipped ones, and in their place', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'staunch-mappings-'));
    const file = (name: string, id: string) =>
      writeFileSync(
        join(folder, name),
        `id: ${id}\ntitle: Own\nfingerprint: /i\nname: /n\nstate: { from: /s }\n`,
      );
    file('a.yml', 'uptime');
    file('b.yaml', 'sentry');
    const loaded = await loadMappings(folder);
    expect(loaded.ok && [...loaded.mappings].map(([id, { title }]) => `${id}: ${title}`).sort()).toEqual([
      'datadog: Datadog',
      'pagerduty: PagerDuty',
      'sentry: Own',
      'uptime: Own',
    ]);
    file('c.yml', 'uptime');
    file('d.yml', 'alertmanager');
    writeFileSync(join(folder, 'e.yml'), 'id: [');
    expect(await loadMappings(folder)).toEqual({
      ok: false,
      problems: [
        expect.stringMatching(/e\.yml:1: not valid YAML/),
        expect.stringMatching(/c\.yml: id is "uptime", as in .*a\.yml/),
        expect.stringMatching(/d\.yml: id is "alertmanager", which Staunch reads by itself/),
      ],
    });
    rmSync(folder, { recursive: true });
    expect(await loadMappings(folder)).toEqual({
      ok: false,
      problems: [expect.stringMatching(/^STAUNCH_ALERTS_MAPPINGS names .*, which cannot be read: ENOENT/)],
    });
  });
});

describe('settings of a language model', () => {
  it('are none unless one is named: nothing is ever sent by accident', () => {
    expect(model({ STAUNCH_MODEL_KEY: 'k', STAUNCH_MODEL_URL: 'x' })).toEqual({
      settings: undefined,
      problems: [],
      warnings: [],
    });
  });

  it('are a local one without a key, with limits', () => {
    expect(
      model({ STAUNCH_MODEL: 'llama3.1:8b', STAUNCH_MODEL_URL: 'http://127.0.0.1:11434/v1' }).settings,
    ).toEqual({
      model: 'llama3.1:8b',
      url: 'http://127.0.0.1:11434/v1',
      deadlineMs: 30_000,
      tokensPerQuestion: 30_000,
      tokensPerDay: 300_000,
    });
  });

  it('may hold prices', () => {
    const prices = {
      STAUNCH_MODEL_PRICE_INPUT: '0.25',
      STAUNCH_MODEL_PRICE_OUTPUT: '2',
      STAUNCH_MODEL_COST_PER_DAY: '5',
    };
    expect(model({ STAUNCH_MODEL: 'm', STAUNCH_MODEL_KEY: 'k', ...prices }).settings?.prices).toEqual({
      input: 0.25,
      output: 2,
      perDay: 5,
    });
  });

  const named = { STAUNCH_MODEL: 'm', STAUNCH_MODEL_KEY: 'the-key' };
  it.each<[NodeJS.ProcessEnv, RegExp]>([
    [{ STAUNCH_MODEL: 'm' }, /STAUNCH_MODEL_KEY is missing: api\.openai\.com asks for one/],
    [{ ...named, STAUNCH_MODEL: 'a model' }, /STAUNCH_MODEL is "a model": expected the name of a model/],
    [
      { ...named, STAUNCH_MODEL_URL: 'localhost' },
      /STAUNCH_MODEL_URL is "localhost": expected an http\(s\) address/,
    ],
    [
      { ...named, STAUNCH_MODEL_SECONDS: '0' },
      /STAUNCH_MODEL_SECONDS is "0": expected seconds from 1 to 300/,
    ],
    [{ ...named, STAUNCH_MODEL_PRICE_INPUT: '1' }, /set all three, or none/],
    [
      { ...named, STAUNCH_MODEL_TOKENS_PER_DAY: '2000' },
      /STAUNCH_MODEL_TOKENS_PER_DAY is 2000: expected at least/,
    ],
  ])('refuse %j', (environment, problem) => {
    const { settings, problems } = model(environment);
    expect([settings, problems.join(' ')]).toEqual([undefined, expect.stringMatching(problem)]);
    expect(problems.join(' ')).not.toContain('the-key');
  });
});
