import { describe, expect, it } from 'vitest';
import { readSettings } from '../../src/adapters/settings.ts';

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
