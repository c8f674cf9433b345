import { describe, expect, it } from 'vitest';
import { slackVariables } from '../../src/adapters/slack-variables.ts';

describe('the variables for Slack', () => {
  it.each([
    ['xoxb-1-secret', 'a bot token (xoxb-)'],
    ['xapp-1-secret', 'an app-level token (xapp-)'],
    ['xoxp-1-secret', 'the token of a person (xoxp-)'],
    ['xoxe.xoxb-1-secret', 'a bot token that expires (xoxe.xoxb-)'],
    ['xoxe-1-secret', 'a refresh token (xoxe-)'],
    ['xoxd-secret', "what a browser holds of somebody's login (xoxc-, xoxd-)"],
    ['0123456789abcdef0123456789abcdef', '32 characters of 0-9 and a-f, as a signing or client secret has'],
    [' xoxb-1-secret', 'a value with spaces or quotes around it: take them away'],
    ['"xoxb-1-secret"', 'a value with spaces or quotes around it: take them away'],
    ['secret', 'nothing that Slack gives out'],
  ])('are named by kind and never shown: %s', (value, holds) => {
    expect(slackVariables({ SLACK_BOT_TOKEN: value })).toEqual([{ name: 'SLACK_BOT_TOKEN', holds }]);
    expect(holds).not.toContain('secret-');
  });

  it('may be handed over by the Slack CLI, or stand in a file', () => {
    expect(
      slackVariables({
        SLACK_CLI_XOXB: 'xoxb-1',
        SLACK_APP_TOKEN_FILE: '/run/app',
        SLACK_SIGNING_SECRET: '',
      }),
    ).toEqual([
      { name: 'SLACK_BOT_TOKEN, as SLACK_CLI_XOXB', holds: 'a bot token (xoxb-)' },
      { name: 'SLACK_APP_TOKEN_FILE', holds: 'names the file /run/app' },
    ]);
  });

  it('of the terminal win over those of the Slack CLI, as they do when Staunch starts', () => {
    const [only, ...more] = slackVariables({ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_CLI_XOXB: 'xoxb-2' });
    expect(only?.name).toBe('SLACK_BOT_TOKEN');
    expect(more).toEqual([]);
  });
});
