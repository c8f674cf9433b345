import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings, secretsOf, statePlace } from '../../src/adapters/settings.ts';

const BOT = `xoxb-${'1'.repeat(12)}`;
const APP = `xapp-${'1'.repeat(12)}`;
const SECRET = 'a'.repeat(32);

describe('settings of the service', () => {
  it('are practice mode when there is no token at all', () => {
    expect(readSettings({ STAUNCH_CONFIG: 'x.yml' })).toEqual({ ok: false, tokens: false });
  });

  it('default to two tokens over Socket Mode, with the status page on loopback', () => {
    const reading = readSettings({ SLACK_BOT_TOKEN: BOT, SLACK_APP_TOKEN: APP, STAUNCH_STATE_DIR: '/s' });
    expect(reading).toEqual({
      ok: true,
      warnings: [],
      settings: {
        slack: {
          botToken: BOT,
          apiUrl: 'https://slack.com/api/',
          receiver: { kind: 'socket', appToken: APP },
        },
        configFile: 'staunch.yml',
        stateFolder: '/s',
        status: { host: '127.0.0.1', port: 9502 },
        logLevel: 'info',
        watch: true,
        retention: { evidenceDays: 30, incidentDays: 365 },
      },
    });
  });

  it('take the tokens that the Slack CLI hands over', () => {
    const reading = readSettings({ SLACK_CLI_XOXB: BOT, SLACK_CLI_XAPP: APP });
    expect(reading.ok && reading.settings.slack.botToken).toBe(BOT);
  });

  it('know HTTP with a signing secret, and a status page that is off', () => {
    const reading = readSettings({
      SLACK_BOT_TOKEN: BOT,
      SLACK_SIGNING_SECRET: SECRET,
      STAUNCH_SLACK_MODE: 'http',
      STAUNCH_HTTP_PORT: '8080',
      STAUNCH_STATUS_PORT: 'off',
    });
    expect(reading.ok && reading.settings.slack.receiver).toEqual({
      kind: 'http',
      signingSecret: SECRET,
      path: '/slack/events',
      address: { host: '127.0.0.1', port: 8080 },
    });
    expect(reading.ok && reading.settings.status).toBeUndefined();
  });

  it('know a database instead of a file, whose password is a secret', () => {
    const url = 'postgres://staunch:w%40rd@db.example.net/staunch';
    const reading = readSettings({
      SLACK_BOT_TOKEN: BOT,
      SLACK_APP_TOKEN: APP,
      STAUNCH_DATABASE_URL: url,
    });
    expect(reading).toMatchObject({ ok: true, settings: { databaseUrl: url } });
    expect(reading.ok && secretsOf(reading.settings)).toEqual([BOT, APP, 'w%40rd', 'w@rd']);
    expect(statePlace({ STAUNCH_DATABASE_URL: url })).toEqual({ ok: true, place: url });
    expect(statePlace({ STAUNCH_STATE_DIR: '/s' })).toEqual({ ok: true, place: '/s' });
  });

  it.each(['mysql://u:s3cret@db/staunch', 'postgres://u:s3cret@['])('refuse the database %s unshown', url => {
    const reading = readSettings({ SLACK_BOT_TOKEN: BOT, SLACK_APP_TOKEN: APP, STAUNCH_DATABASE_URL: url });
    const place = statePlace({ STAUNCH_DATABASE_URL: url });
    for (const refused of [reading, place]) {
      expect(JSON.stringify(refused)).toMatch(/STAUNCH_DATABASE_URL cannot be read: expected postgres:/);
      expect(JSON.stringify(refused)).not.toContain('s3cret');
    }
  });

  it.each([
    [{ SLACK_BOT_TOKEN: BOT }, /SLACK_APP_TOKEN is missing.*connections:write/],
    [{ SLACK_APP_TOKEN: APP }, /SLACK_BOT_TOKEN is missing/],
    [{ SLACK_BOT_TOKEN: APP, SLACK_APP_TOKEN: BOT }, /SLACK_BOT_TOKEN is not of the right kind/],
    [{ SLACK_BOT_TOKEN: BOT, STAUNCH_SLACK_MODE: 'http' }, /SLACK_SIGNING_SECRET is missing/],
    [
      { SLACK_BOT_TOKEN: BOT, SLACK_APP_TOKEN: APP, STAUNCH_HTTP_PORT: '70000' },
      /STAUNCH_HTTP_PORT is "70000": expected a port/,
    ],
    [
      { SLACK_BOT_TOKEN: BOT, SLACK_APP_TOKEN: APP, STAUNCH_SLACK_MODE: 'carrier-pigeon' },
      /STAUNCH_SLACK_MODE is "carrier-pigeon": expected socket or http/,
    ],
    [
      { SLACK_BOT_TOKEN: BOT, SLACK_APP_TOKEN: APP, SLACK_API_URL: 'https://slack.com' },
      /SLACK_API_URL is "https:\/\/slack\.com": expected an http\(s\) address that ends in \/api\//,
    ],
    [
      { SLACK_BOT_TOKEN: BOT, SLACK_APP_TOKEN: APP, STAUNCH_KEEP_EVIDENCE_DAYS: '0' },
      /STAUNCH_KEEP_EVIDENCE_DAYS is "0"/,
    ],
  ])('refuse %j', (environment, problem) => {
    const reading = readSettings(environment);
    expect(reading).toMatchObject({ ok: false, tokens: true });
    expect(!reading.ok && reading.tokens && reading.problems.join(' ')).toMatch(problem);
    expect(JSON.stringify(reading)).not.toContain('1'.repeat(12));
  });
});

describe('tokens in files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'staunch-settings-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const file = (name: string, text: string, mode = 0o600) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };

  it('are read and trimmed', () => {
    const reading = readSettings({
      SLACK_BOT_TOKEN_FILE: file('bot', `${BOT}\n`),
      SLACK_APP_TOKEN_FILE: file('app', `  ${APP}\r\n`),
    });
    expect(reading).toMatchObject({ ok: true, warnings: [] });
    expect(reading.ok && secretsOf(reading.settings)).toEqual([BOT, APP]);
  });

  it('hold the signing secret of HTTP too', () => {
    const reading = readSettings({
      STAUNCH_SLACK_MODE: 'http',
      SLACK_BOT_TOKEN: BOT,
      SLACK_SIGNING_SECRET_FILE: file('secret', SECRET),
    });
    expect(reading.ok && secretsOf(reading.settings)).toEqual([BOT, SECRET]);
  });

  it('are warned of when others may read them, but not in the folder of systemd’s credentials', () => {
    const environment = {
      SLACK_BOT_TOKEN_FILE: file('bot', BOT, 0o644),
      SLACK_APP_TOKEN_FILE: file('app', APP, 0o640),
    };
    const reading = readSettings(environment);
    expect(reading).toMatchObject({
      ok: true,
      warnings: [
        expect.stringMatching(
          /bot \(SLACK_BOT_TOKEN_FILE\) can be read by others \(mode 0644\)\. Try: chmod 600/,
        ),
        expect.stringMatching(/mode 0640/),
      ],
    });
    expect(JSON.stringify(reading.ok && reading.warnings)).not.toContain('1'.repeat(12));
    expect(readSettings({ ...environment, CREDENTIALS_DIRECTORY: folder })).toMatchObject({ warnings: [] });
  });

  it.each<[string, () => NodeJS.ProcessEnv, RegExp[]]>([
    [
      'a file that is not there',
      () => ({ SLACK_BOT_TOKEN_FILE: join(folder, 'none'), SLACK_APP_TOKEN: APP }),
      [/^SLACK_BOT_TOKEN_FILE names .*none, which cannot be read: ENOENT/],
    ],
    [
      'an empty file',
      () => ({ SLACK_BOT_TOKEN_FILE: file('bot', '\n'), SLACK_APP_TOKEN: APP }),
      [/^SLACK_BOT_TOKEN_FILE names .*bot, which is empty/],
    ],
    [
      'a token given twice',
      () => ({ SLACK_BOT_TOKEN_FILE: file('bot', BOT), SLACK_BOT_TOKEN: BOT, SLACK_APP_TOKEN: APP }),
      [/^SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set: keep one/],
    ],
    [
      'the wrong token in a file',
      () => ({ SLACK_BOT_TOKEN_FILE: file('bot', APP), SLACK_APP_TOKEN: APP }),
      [/^SLACK_BOT_TOKEN is not of the right kind/],
    ],
    [
      'only a file, which is not there',
      () => ({ SLACK_BOT_TOKEN_FILE: join(folder, 'none') }),
      [/ENOENT/, /SLACK_APP_TOKEN is missing/],
    ],
  ])('%s is told of once, and is no practice mode', (_, environment, problems) => {
    const reading = readSettings(environment());
    expect(reading).toEqual({
      ok: false,
      tokens: true,
      problems: problems.map(problem => expect.stringMatching(problem)),
    });
    expect(JSON.stringify(reading)).not.toContain('1'.repeat(12));
  });
});
