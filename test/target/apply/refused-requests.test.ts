import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HelperRig } from './helper-rig.ts';

let rig: HelperRig;
beforeAll(() => {
  rig = new HelperRig();
  rig.startUnit();
  rig.takeCalls();
});
afterAll(() => rig.remove());

describe('a request', () => {
  it.each<[string, string | Buffer, RegExp]>([
    ['that is empty', '', /no JSON/],
    ['that is no JSON', 'apply; rm -rf /', /no JSON/],
    ['that is not UTF-8', Buffer.from([0xff, 0xfe]), /not UTF-8/],
    ['that is a list', '[]', /no JSON object/],
    ['of another schema', '{"schema":2,"verb":"state","unit":"a.service"}', /speaks 1/],
    ['whose schema is true', '{"schema":true,"verb":"state","unit":"a.service"}', /speaks 1/],
    ['with a verb nobody knows', '{"schema":1,"verb":"shell","unit":"a.service"}', /expected one of apply, /],
    ['with a field twice', '{"schema":1,"verb":"state","verb":"apply","unit":"a.service"}', /twice/],
    ['with a field too many', '{"schema":1,"verb":"state","unit":"a.service","x":1}', /not known/],
    ['without a unit', '{"schema":1,"verb":"state"}', /no field "unit"/],
    ['with a fraction', '{"schema":1,"verb":"state","unit":1.5}', /whole number/],
    ['with NaN', '{"schema":1,"verb":"state","unit":NaN}', /whole number/],
    ['with a huge number', `{"schema":1,"verb":"state","unit":${'9'.repeat(100_000)}}`, /beyond 2\^53/],
    ['with half a surrogate pair', '{"schema":1,"verb":"state","unit":"\\ud800.service"}', /no JSON/],
    ['nested without end', '['.repeat(100_000), /no JSON/],
    ['larger than 4 MiB', ' '.repeat(5 << 20), /larger than/],
  ])('%s is refused and starts nothing', async (_, input, complaint) => {
    const said = await rig.start(input).said;
    expect(said.code).toBe(0);
    expect(said.answer).toMatchObject({ schema: 1, ok: false, refusal: 'bad-request' });
    expect(said.answer.detail).toMatch(complaint);
    expect(rig.takeCalls()).toEqual([]);
  });

  it.each([
    'a.service; reboot',
    '--help.service',
    '../a.service',
    'a.service\n',
    'a\0.service',
    'ä.service',
    'a.timer',
    `${'a'.repeat(129)}.service`,
    '',
  ])('about the unit %j is refused', async unit => {
    const { answer } = await rig.ask({ schema: 1, verb: 'state', unit });
    // A leading dash is a name that systemd would accept; it is not in the list.
    expect(['bad-request', 'not-allowed']).toContain(answer.refusal);
    expect(rig.takeCalls()).toEqual([]);
  });

  it('with arguments is refused', async () => {
    const said = await rig.start('{}', ['--help']).said;
    expect(said.answer.detail).toMatch(/takes no arguments/);
  });

  it.each(['../x', 'a/b', '', '.hidden', 'a'.repeat(65), 'a b', 'a\n'])(
    'with the plan id %j is refused',
    async id => {
      const { answer } = await rig.verb('status', { planId: id });
      expect(answer.refusal).toBe('bad-request');
    },
  );
});
