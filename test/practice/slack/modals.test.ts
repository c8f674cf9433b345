import { describe, expect, it } from 'vitest';
import type { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import { C, startApp, startSlack, U } from './practised-app.ts';

const plain = (text: string) => ({ type: 'plain_text', text }) as const;

const question = (more: Readonly<Record<string, unknown>> = {}) => ({
  type: 'modal' as const,
  callback_id: 'question',
  title: plain('Question'),
  submit: plain('Send'),
  blocks: [
    {
      type: 'input' as const,
      block_id: 'reason',
      label: plain('Why'),
      element: { type: 'plain_text_input' as const, action_id: 'text' },
    },
    {
      type: 'actions' as const,
      block_id: 'pick',
      elements: [
        {
          type: 'static_select' as const,
          action_id: 'service',
          initial_option: { text: plain('checkout'), value: 'checkout' },
          options: ['checkout', 'search'].map(name => ({ text: plain(name), value: name })),
        },
      ],
    },
  ],
  ...more,
});

/** An app that opens the question by a command and answers its submission with `answer`. */
async function asked(answer: unknown, view = question()) {
  const slack = await startSlack();
  const heard: { type: string; view: Record<string, unknown>; [field: string]: unknown }[] = [];
  const app = await startApp(slack, app => {
    app.command('/look', async ({ ack, client, command }) => {
      await ack();
      await client.views.open({ trigger_id: command.trigger_id, view });
    });
    app.action('service', async ({ ack, body }) => {
      heard.push(body as never);
      await ack();
    });
    app.view({ callback_id: 'question', type: 'view_submission' }, async ({ ack, body }) => {
      heard.push(body as never);
      await ack(answer as never);
    });
    app.view({ callback_id: 'question', type: 'view_closed' }, async ({ ack, body }) => {
      heard.push(body as never);
      await ack();
    });
  });
  await slack.command(U.ana, C.checkout, '/look');
  const modal = await slack.until(() => slack.modal(U.ana));
  return { slack, heard, modal, app };
}

const because = (value: string | null) => ({ reason: { text: { type: 'plain_text_input', value } } });
const titles = (slack: PracticeSlack) =>
  [...slack.workspace.modals.values()].map(({ view }) => (view.title as { text: string }).text);

describe('a modal', () => {
  it('carries what was picked and typed, and closes', async () => {
    const { slack, heard, modal } = await asked(undefined);
    const search = { selected_option: { text: plain('search'), value: 'search' } };
    await slack.press(U.ana, { view: modal.id }, { blockId: 'pick', actionId: 'service', element: search });
    expect(await slack.submit(U.ana, modal.id, because('slow'))).toMatchObject({ acked: true });
    expect(heard).toMatchObject([
      {
        type: 'block_actions',
        container: { type: 'view', view_id: modal.id },
        actions: [{ action_id: 'service', block_id: 'pick', type: 'static_select', ...search }],
        view: { state: { values: { reason: { text: { value: null } }, pick: { service: search } } } },
      },
      {
        type: 'view_submission',
        user: { id: U.ana, team_id: 'T0ACME' },
        view: {
          id: modal.id,
          hash: modal.hash,
          callback_id: 'question',
          state: {
            values: {
              reason: { text: { type: 'plain_text_input', value: 'slow' } },
              pick: { service: { type: 'static_select', ...search } },
            },
          },
        },
      },
    ]);
    expect(titles(slack)).toEqual([]);
  });

  it('is not sent while a required input is empty', async () => {
    const { slack, heard, modal } = await asked(undefined);
    expect(await slack.submit(U.ana, modal.id, because(''))).toEqual({
      acked: false,
      errors: { reason: 'Please complete this required field.' },
    });
    expect(heard).toEqual([]);
  });

  it.each([
    ['errors', { response_action: 'errors', errors: { reason: 'Say more' } }, ['Question']],
    ['update', { response_action: 'update', view: question({ title: plain('Next') }) }, ['Next']],
    ['push', { response_action: 'push', view: question({ title: plain('More') }) }, ['Question', 'More']],
    ['clear', { response_action: 'clear' }, []],
  ])('answered with %s', async (_, answer, left) => {
    const { slack, modal } = await asked(answer);
    const delivered = await slack.submit(U.ana, modal.id, because('slow'));
    expect(delivered.errors).toEqual('errors' in answer ? answer.errors : undefined);
    expect(delivered.problem).toBeUndefined();
    expect(titles(slack)).toEqual(left);
  });

  it.each([
    ['an unknown action', { response_action: 'dance' }],
    ['errors of a block that is none of its inputs', { response_action: 'errors', errors: { pick: 'No' } }],
    ['a view without title', { response_action: 'update', view: { type: 'modal', blocks: [] } }],
  ])('answered with %s: it stays, in trouble, and a notice says why', async (_, answer) => {
    const { slack, modal } = await asked(answer);
    expect(await slack.submit(U.ana, modal.id, because('slow'))).toMatchObject({
      problem: 'We had some trouble connecting. Try again?',
    });
    expect(titles(slack)).toEqual(['Question']);
    expect(slack.notices.at(-1)?.text).toContain('The answer to the modal question was refused');
  });

  it('says that it was closed only when asked to', async () => {
    const quiet = await asked(undefined);
    expect(await quiet.slack.close(U.ana, quiet.modal.id)).toEqual({ acked: false });
    expect([titles(quiet.slack), quiet.heard]).toEqual([[], []]);
    const telling = await asked(undefined, question({ notify_on_close: true }) as never);
    expect(await telling.slack.close(U.ana, telling.modal.id)).toMatchObject({ acked: true });
    expect(telling.heard).toMatchObject([
      { type: 'view_closed', is_cleared: false, view: { id: telling.modal.id } },
    ]);
  });

  it('belongs to one person, and its trigger opens one', async () => {
    const { slack, modal, app } = await asked(undefined);
    expect(await slack.submit(U.ben, modal.id, because('slow'))).toMatchObject({ acked: false });
    expect(await slack.close(U.ben, modal.id)).toMatchObject({ acked: false });
    const trigger_id = String(slack.deliveries[0]?.payload.trigger_id);
    await expect(app.client.views.open({ trigger_id, view: question() })).rejects.toThrow(
      'exchanged_trigger_id',
    );
  });
});
