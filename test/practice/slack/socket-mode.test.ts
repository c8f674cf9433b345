import type { App } from '@slack/bolt';
import { describe, expect, it } from 'vitest';
import { C, MANIFEST, QUICK, startApp, startSlack, U } from './practised-app.ts';

const button = {
  type: 'actions',
  block_id: 'choices',
  elements: [
    { type: 'button', action_id: 'again', text: { type: 'plain_text', text: 'Again' }, value: 'run-1' },
  ],
} as const;

describe('a Bolt app over Socket Mode', () => {
  it('acknowledges a command, and its answer is shown to who typed it', async () => {
    const slack = await startSlack();
    await startApp(slack, app =>
      app.command('/look', async ({ ack, command }) => ack(`looking at ${command.text}`)),
    );
    const delivered = await slack.command(U.ana, C.checkout, '/look <b> @ben #inc-search');
    expect(delivered).toMatchObject({ acked: true, ackMs: expect.any(Number) });
    expect(slack.ephemerals(U.ana, C.checkout).map(each => each.text)).toEqual([
      'looking at &lt;b&gt; <@U0BEN|ben> <#C0SEARCH|inc-search>',
    ]);
    expect(slack.messages(C.checkout, { as: U.ben })).toEqual([]);
  });

  it('answers to the channel by the response URL and presses the button there', async () => {
    const slack = await startSlack();
    const pressed: unknown[] = [];
    await startApp(slack, app => {
      app.command('/raw', async ({ ack, respond }) => {
        await ack();
        await respond({ text: 'Found', blocks: [button], response_type: 'in_channel' });
      });
      app.action('again', async ({ ack, body, respond }) => {
        await ack();
        pressed.push(body);
        await respond({ text: 'Done', replace_original: true });
      });
    });
    await slack.command(U.ana, C.random, '/raw @ben');
    const found = await slack.until(() => slack.messages(C.random)[0]);
    expect(slack.deliveries[0]?.payload).toMatchObject({
      text: '@ben',
      channel_name: 'random',
      command: '/raw',
    });
    const where = { message: { channel: C.random, ts: found.ts } };
    expect(await slack.press(U.ben, where, { blockId: 'choices', actionId: 'again' })).toMatchObject({
      acked: true,
    });
    await slack.until(() => slack.messages(C.random).find(message => message.text === 'Done'));
    expect(pressed).toMatchObject([
      {
        type: 'block_actions',
        user: { id: U.ben, team_id: 'T0ACME' },
        enterprise: null,
        is_enterprise_install: false,
        container: { type: 'message', message_ts: found.ts, channel_id: C.random },
        message: { ts: found.ts, text: 'Found', bot_id: 'B0PRACTICE' },
        actions: [{ type: 'button', action_id: 'again', block_id: 'choices', value: 'run-1' }],
      },
    ]);
  });

  it('hears of a mention in a thread, and of none where it is not subscribed, not in, or not mentioned', async () => {
    const slack = await startSlack();
    const heard: string[] = [];
    await startApp(slack, app =>
      app.event('app_mention', async ({ event, body }) => {
        heard.push(`${event.thread_ts} ${event.text} ${body.is_ext_shared_channel}`);
      }),
    );
    const root = await slack.say(U.ana, C.partner, 'it is slow');
    await slack.say(U.xenia, C.partner, '@lookout look & see', root.ts);
    expect(await slack.say(U.ana, C.random, '@lookout here')).toMatchObject({
      problem: expect.stringContaining('not in this channel'),
    });
    expect(await slack.command(U.ana, C.random, '/invite @lookout')).toEqual({ acked: false });
    expect(await slack.say(U.ana, C.random, '@lookout here')).toMatchObject({ acked: true });
    await slack.until(() => heard.length === 2 || undefined);
    expect(heard).toEqual([
      `${root.ts} <@U0PRACTICEBOT> look &amp; see true`,
      'undefined <@U0PRACTICEBOT> here false',
    ]);
  });

  it('fills its Home', async () => {
    const slack = await startSlack();
    await startApp(slack, app =>
      app.event('app_home_opened', async ({ event, client }) => {
        const blocks = [
          { type: 'header', text: { type: 'plain_text', text: `Hello ${event.user}` } },
        ] as const;
        await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: [...blocks] } });
      }),
    );
    expect(await slack.openHome(U.dev)).toMatchObject({ acked: true });
    const home = await slack.until(() => slack.home(U.dev));
    expect(home.view.blocks).toMatchObject([{ type: 'header', text: { text: 'Hello U0DEV' } }]);
  });

  it('uploads a file into a thread', async () => {
    const slack = await startSlack();
    const app = await startApp(slack, () => undefined);
    const root = await app.client.chat.postMessage({ channel: C.checkout, text: 'Verdict' });
    const file = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255]);
    const upload = {
      channel_id: C.checkout,
      thread_ts: root.ts!,
      file,
      filename: 'chart.png',
      title: 'Chart',
    };
    await app.client.filesUploadV2(upload);
    const [shared] = slack.messages(C.checkout, { threadTs: root.ts! }).slice(-1);
    expect(shared?.files).toMatchObject([{ name: 'chart.png', title: 'Chart', mimetype: 'image/png' }]);
    const response = await fetch(`${slack.url}/practice/files/${shared?.files[0]?.id}`);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(file);
  });

  it('receives shortcuts that are declared, and no others', async () => {
    const slack = await startSlack();
    const used: string[] = [];
    await startApp(slack, app => {
      app.shortcut('look-at', async ({ ack, shortcut }) => {
        await ack();
        if (shortcut.type === 'message_action')
          used.push(`${shortcut.message.text} in ${shortcut.channel.name}`);
      });
      app.shortcut('look-around', async ({ ack, shortcut }) => {
        await ack();
        used.push(shortcut.user.id);
      });
    });
    const { ts } = await slack.say(U.ben, C.warRoom, '502s again');
    await slack.messageShortcut(U.ana, 'look-at', C.warRoom, ts!);
    await slack.globalShortcut(U.gus, 'look-around');
    expect(used).toEqual(['502s again in privategroup', U.gus]);
    expect(await slack.messageShortcut(U.ana, 'other', C.warRoom, ts!)).toMatchObject({ acked: false });
    expect(await slack.messageShortcut(U.dev, 'look-at', C.warRoom, ts!)).toMatchObject({ acked: false });
    expect(slack.deliveries).toHaveLength(2);
  });
});

describe('what Slack shows when a command does not work', () => {
  const acking = (app: App) => app.command('/look', async ({ ack }) => ack());

  it.each([
    ['undeclared', '/other', undefined, '/other is not a valid command'],
    ['typed into a thread', '/look x', '1700000000.000100', '/look is not supported in threads. Sorry!'],
  ])('%s', async (_, text, threadTs, problem) => {
    const slack = await startSlack();
    await startApp(slack, acking);
    const delivered = await slack.command(U.ana, C.checkout, text, threadTs);
    expect(delivered).toEqual({ acked: false, problem: expect.stringContaining(problem) });
    expect(slack.deliveries).toEqual([]);
  });

  it('nobody is connected', async () => {
    const slack = await startSlack();
    expect(await slack.command(U.ana, C.checkout, '/look')).toEqual({
      acked: false,
      problem: '/look failed with the error "dispatch_failed"',
    });
  });

  it('the app does not acknowledge in time: not sent again', async () => {
    const slack = await startSlack({ pace: QUICK });
    await startApp(slack, app => app.command('/look', async () => undefined), 2);
    expect(await slack.command(U.ana, C.checkout, '/look')).toEqual({
      acked: false,
      problem: '/look failed with the error "operation_timeout"',
    });
    expect(slack.deliveries).toHaveLength(1);
    expect(slack.notices.at(-1)?.text).toContain('/look');
  });

  it('the acknowledgement carries blocks that Slack would refuse: nothing is shown, and a notice says why', async () => {
    const slack = await startSlack();
    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } }] as const;
    await startApp(slack, app =>
      app.command('/look', async ({ ack }) => ack({ text: 'x', blocks: [...blocks] })),
    );
    expect(await slack.command(U.ana, C.checkout, '/look')).toMatchObject({ acked: true });
    expect(slack.ephemerals(U.ana, C.checkout)).toEqual([]);
    expect(slack.notices.at(-1)?.text).toMatch(/\/look was not shown: invalid_blocks .*3001 characters/);
  });

  it('a manifest that Slack refuses, or a scope that it lacks', async () => {
    await expect(startSlack({ manifest: { display_information: {} } })).rejects.toThrow('name');
    const slack = await startSlack({
      manifest: {
        ...MANIFEST,
        features: { bot_user: MANIFEST.features.bot_user },
        oauth_config: { scopes: { bot: ['chat:write'] } },
        settings: { socket_mode_enabled: true },
      },
    });
    const app = await startApp(slack, () => undefined);
    expect(await slack.command(U.ana, C.checkout, '/look')).toMatchObject({ problem: /not a valid command/ });
    await expect(app.client.usergroups.list()).rejects.toThrow('missing_scope');
    await expect(app.client.apiCall('stars.list')).rejects.toThrow('unknown_method');
  });
});
