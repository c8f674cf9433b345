import { describe, expect, it } from 'vitest';
import { C, startApp, startSlack, U } from './practised-app.ts';

async function opened() {
  let nowMs = 1_700_000_000_000;
  const slack = await startSlack({ nowMs: () => nowMs });
  await startApp(slack, app => {
    app.command('/look', async ({ ack }) => ack());
    app.action('again', async ({ ack }) => ack());
  });
  await slack.command(U.ana, C.random, '/look');
  const post = async (body: unknown, at = 0) => {
    const url = String(slack.deliveries[at]?.payload.response_url);
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    return `${response.status} ${(await response.text()).slice(0, 40)}`;
  };
  const later = (ms: number) => {
    nowMs += ms;
  };
  return { slack, post, later };
}

describe('a response URL', () => {
  it('takes five answers, into a channel that the app is not in', async () => {
    const { slack, post } = await opened();
    for (let count = 1; count <= 5; count += 1)
      expect(await post({ text: `answer ${count}` })).toBe('200 ok');
    expect(await post({ text: 'answer 6' })).toBe('404 {"ok":false,"error":"used_url"}');
    expect(slack.ephemerals(U.ana, C.random)).toHaveLength(5);
  });

  it('is good for thirty minutes', async () => {
    const { post, later } = await opened();
    later(30 * 60_000);
    expect(await post({ text: 'in time' })).toBe('200 ok');
    later(1);
    expect(await post({ text: 'late' })).toMatch(/^404 .*expired_url/);
  });

  it.each([
    ['nothing to show', {}, 'no_text'],
    ['a block that Slack does not know', { blocks: [{ type: 'marquee' }] }, 'invalid_blocks'],
    ['no object', [], 'invalid_payload'],
  ])('refuses %s, uses no answer up, and leaves a notice', async (_, body, error) => {
    const { slack, post } = await opened();
    expect(await post(body)).toMatch(new RegExp(`^400 .*${error}`));
    expect(slack.ephemerals(U.ana, C.random)).toEqual([]);
    expect(slack.notices.at(-1)?.text).toContain(error);
    for (let count = 1; count <= 5; count += 1) expect(await post({ text: 'x' })).toBe('200 ok');
  });

  it('of a button replaces or deletes the message that the button is in, ephemeral too', async () => {
    const { slack, post } = await opened();
    const blocks = [
      {
        type: 'actions',
        elements: [{ type: 'button', action_id: 'again', text: { type: 'plain_text', text: 'Again' } }],
      },
    ];
    await post({ text: 'Refused', blocks });
    const shown = () => slack.ephemerals(U.ana, C.random);
    const { ts, blocks: stored } = shown()[0]!;
    const press = { blockId: String(stored[0]?.block_id), actionId: 'again' };
    const where = { message: { channel: C.random, ts } };
    expect(await slack.press(U.ben, where, press)).toMatchObject({ acked: false });
    await slack.press(U.ana, where, press);
    const { payload } = slack.deliveries[1]!;
    expect(payload.container).toMatchObject({ is_ephemeral: true, message_ts: ts });
    expect(payload).not.toHaveProperty('message');
    await post({ text: 'Replaced', replace_original: true }, 1);
    expect(shown().map(each => each.text)).toEqual(['Replaced']);
    await post({ delete_original: 'true' }, 1);
    expect(shown()).toEqual([]);
  });

  it('can be made to fail', async () => {
    const { slack, post } = await opened();
    slack.faults.api('response_url', { kind: 'status', status: 500 });
    expect(await post({ text: 'x' })).toMatch(/^500/);
    expect(await post({ text: 'x' })).toBe('200 ok');
  });
});
