import { beforeEach, describe, expect, it } from 'vitest';
import type { AlertPollSettings } from '../../src/adapters/alert-settings.ts';
import { AlertmanagerPoll } from '../../src/adapters/alertmanager-poll.ts';
import type { AlertList } from '../../src/workflows/alert-ports.ts';
import { mockedHttp } from '../http-mock.ts';
import { told } from '../intake/alerts.ts';
import { FakeTime, settle } from '../workflows/fake-time.ts';

const URL_OF_IT = 'https://alertmanager.example.com:9093';
const PATH = '/api/v2/alerts';
const mocked = mockedHttp(URL_OF_IT);

let time: FakeTime;
let lists: AlertList[] = [];
let logged: string[] = [];
let refuse = false;
beforeEach(() => {
  time = new FakeTime();
  lists = [];
  logged = [];
  refuse = false;
});

function polling(change: Partial<AlertPollSettings> = {}) {
  const write = (_fields: object, text: string) => void logged.push(text);
  return new AlertmanagerPoll({
    settings: { url: URL_OF_IT, token: 'the-token', everyMs: 30_000, ...change },
    sink: {
      take: async () => ({ duplicate: false }),
      async takeAll(all) {
        if (refuse) throw new Error('staunch.yml has a mistake');
        lists.push(all);
      },
    },
    clock: time,
    timer: time,
    log: { info: write, warn: write, error: write },
  });
}

const listed = (fingerprint: string, state = 'active') => told({ fingerprint, status: { state } });
const json = { 'content-type': 'application/json' };

describe('asking Alertmanager', () => {
  it('takes all that fires, with its token', async () => {
    mocked.answer('GET', PATH, {
      body: JSON.stringify([listed('f1'), listed('f2', 'suppressed')]),
      headers: json,
    });
    const poll = polling();
    await poll.ask();
    expect(poll.problem).toBeUndefined();
    expect(lists).toMatchObject([
      {
        source: 'alertmanager',
        there: ['f1', 'f2'],
        firing: [{ fingerprint: 'f1' }],
        askedAtMs: time.nowMs(),
      },
    ]);
    expect(mocked.requests[0]?.headers.authorization).toBe('Bearer the-token');
  });

  it('signs in with a user and a password', async () => {
    mocked.answer('GET', PATH, { body: '[]' });
    const { token: _, ...settings } = { token: '', url: URL_OF_IT, everyMs: 1_000 };
    const poll = new AlertmanagerPoll({
      settings: { ...settings, basic: { user: 'u', password: 'p' } },
      sink: { take: async () => ({ duplicate: false }), takeAll: async () => {} },
      clock: time,
      timer: time,
      log: { info() {}, warn() {}, error() {} },
    });
    await poll.ask();
    expect(mocked.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`);
  });

  it.each<[string, Parameters<typeof mocked.answer>[2], RegExp]>([
    ['refuses the login', { status: 401 }, /refused the login \(401\)\. Look at STAUNCH_ALERTMANAGER_TOKEN/],
    ['is broken', { status: 500 }, /answered with 500/],
    ['answers with a page', { body: '<html>' }, /is not understood: the payload is missing/],
    [
      'answers with something else',
      { body: '{"status":"success"}' },
      /is not understood: the payload is a map/,
    ],
    [
      'breaks off',
      { error: 'socket hang up' },
      /cannot be reached: socket hang up. Look at STAUNCH_ALERTMANAGER_URL/,
    ],
    [
      'sends us elsewhere',
      { status: 302, headers: { location: 'https://evil.example/' } },
      /cannot be reached/,
    ],
  ])('that %s says so, ends nothing, and goes on', async (_, answer, problem) => {
    mocked.answer('GET', PATH, answer);
    const poll = polling();
    await poll.ask();
    expect(poll.problem).toMatch(problem);
    expect(lists).toEqual([]);
    mocked.answer('GET', PATH, { body: '[]' });
    await poll.ask();
    expect(poll.problem).toBeUndefined();
    expect(logged).toEqual(['Alertmanager could not be asked', 'Alertmanager answers again']);
  });

  it('that never answers is given ten seconds', async () => {
    mocked.answer('GET', PATH, { silent: true });
    const poll = polling();
    const asked = poll.ask();
    await settle();
    await time.advance(10_000);
    await asked;
    expect(poll.problem).toBe('Alertmanager did not answer within 10 s.');
  });

  it('tells the same problem once', async () => {
    const poll = polling();
    for (let i = 0; i < 3; i++) {
      mocked.answer('GET', PATH, { status: 500 });
      await poll.ask();
    }
    expect(logged).toEqual(['Alertmanager could not be asked']);
  });

  it('is not ended by alerts that cannot be stored', async () => {
    refuse = true;
    mocked.answer('GET', PATH, { body: '[]' });
    const poll = polling();
    await poll.ask();
    expect(poll.problem).toMatch(/staunch\.yml has a mistake/);
  });

  it('goes on until it is stopped', async () => {
    const poll = polling();
    mocked.answer('GET', PATH, { body: '[]' });
    poll.start();
    await expect.poll(() => lists.length).toBe(1);
    await expect.poll(() => time.pending).toBe(1);
    mocked.answer('GET', PATH, { body: '[]' });
    await time.advance(30_000);
    await expect.poll(() => lists.length).toBe(2);
    await poll.stop();
    await time.advance(600_000);
    expect(lists).toHaveLength(2);
  });
});
