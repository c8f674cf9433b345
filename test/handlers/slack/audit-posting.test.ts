import { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { auditHeadPosting } from '../../../handlers/slack/audit-posting.ts';
import { mockedSlack } from './mocked-slack.ts';

const slack = mockedSlack();
const HEAD = { sequence: 214, hash: '9f2c41d07be35a68'.repeat(4), added: 1 };
const post = () =>
  auditHeadPosting(
    new WebClient('xoxb-mocked', {
      slackApiUrl: slack.api,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    }),
  )('C0ADMINS', HEAD);

describe('posting the head of the audit', () => {
  it('says the command that proves it, in words and in a block, and mentions nobody', async () => {
    const call = slack.answer('chat.postMessage', { body: { ok: true, ts: '1.1', channel: 'C0ADMINS' } });
    expect(await post()).toEqual({ ok: true });
    const sent = call.body();
    expect(sent).toMatchObject({
      channel: 'C0ADMINS',
      parse: 'none',
      link_names: 'false',
      unfurl_links: 'false',
    });
    expect(sent.text).toContain(`1 entry since the last head. Head 214:${HEAD.hash}`);
    expect(sent.blocks).toContain(`staunch audit verify --head 214:${HEAD.hash}`);
  });

  it.each([
    [{ body: { ok: false, error: 'not_in_channel' } }, /not_in_channel/],
    [{ status: 429, headers: { 'Retry-After': '30' } }, /rate/i],
    [{ status: 503, body: 'gone fishing' }, /503/],
  ])('answers with the reason when Slack does not take it: %j', async (reply, reason) => {
    slack.answer('chat.postMessage', reply);
    expect(await post()).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });
});
