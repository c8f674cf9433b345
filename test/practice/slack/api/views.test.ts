import { describe, expect, it } from 'vitest';
import { practised } from './practised-calls.ts';

const text = (words: string) => ({ type: 'plain_text', text: words });
const modal = (more: object = {}) => ({ type: 'modal', title: text('Title'), blocks: [], ...more });
const home = (more: object = {}) => ({ type: 'home', blocks: [], ...more });
const asking = {
  type: 'input',
  label: text('Service'),
  element: { type: 'plain_text_input' },
};

interface Shown {
  readonly id: string;
  readonly hash: string;
}

function opened() {
  const world = practised();
  world.trigger('1.1.a');
  const { view } = world.call('views.open', { trigger_id: '1.1.a', view: modal() });
  const push = (id: string) => {
    world.trigger(id);
    return world.call('views.push', { trigger_id: id, view: modal() });
  };
  return { ...world, view: view as Shown, push };
}

describe('views.open', () => {
  it('shows a modal to who caused the trigger, with ids for its blocks', () => {
    const { call, trigger, workspace } = practised();
    trigger('1.1.a');
    const view = modal({ submit: text('Go'), callback_id: 'pick', private_metadata: 'x', blocks: [asking] });
    const answer = call('views.open', { trigger_id: '1.1.a', view });
    const [place] = workspace.modals.values();
    expect(answer).toMatchObject({
      ok: true,
      view: {
        id: place!.id,
        root_view_id: place!.id,
        previous_view_id: null,
        hash: place!.hash,
        callback_id: 'pick',
        private_metadata: 'x',
        external_id: '',
        team_id: 'T1',
        bot_id: 'B0PRACTICE',
        state: { values: {} },
      },
    });
    expect(place).toMatchObject({ user: 'UANA', type: 'modal' });
    expect(place!.view.blocks[0]).toMatchObject({
      block_id: expect.any(String),
      element: { action_id: expect.any(String) },
    });
  });

  it('takes a trigger once, within its time', () => {
    const { call, pass, trigger } = practised();
    const open = (id: string) => call('views.open', { trigger_id: id, view: modal() });
    trigger('1.1.a');
    pass(3_000);
    expect(open('1.1.a')).toMatchObject({ ok: true });
    expect(open('1.1.a')).toMatchObject({ error: 'exchanged_trigger_id' });
    trigger('1.1.b');
    pass(3_001);
    expect(open('1.1.b')).toMatchObject({ error: 'expired_trigger_id' });
    expect(open('1.1.c')).toMatchObject({ error: 'invalid_trigger_id' });
  });

  it.each([
    ['no view', {}, 'missing required field: view'],
    ['a view that is no JSON', { view: '{' }, 'must provide an object [json-pointer:/view]'],
    ['an App Home', { view: home() }, 'unsupported type: home [json-pointer:/view/type]'],
    [
      'a modal without title',
      { view: { type: 'modal', blocks: [] } },
      'missing required field: title [json-pointer:/view]',
    ],
    [
      'an unknown field',
      { view: modal({ submit_disabled: true }) },
      'invalid additional property: submit_disabled [json-pointer:/view]',
    ],
    [
      'a bad block',
      { view: modal({ blocks: [{ type: 'x' }] }) },
      'unsupported type: x [json-pointer:/view/blocks/0/type]',
    ],
    [
      'questions without submit',
      { view: modal({ blocks: [asking] }) },
      'missing required field: submit, because there are input blocks [json-pointer:/view]',
    ],
  ])('refuses %s and leaves the trigger unused', (_what, args, line) => {
    const { call, trigger } = practised();
    trigger('1.1.a');
    expect(call('views.open', { trigger_id: '1.1.a', ...args })).toEqual({
      ok: false,
      error: 'invalid_arguments',
      response_metadata: { messages: [`[ERROR] ${line}`] },
    });
    expect(call('views.open', { trigger_id: '1.1.a', view: modal() })).toMatchObject({ ok: true });
  });

  it('refuses a view of more than 250 kB', () => {
    const { call, trigger } = practised();
    trigger('1.1.a');
    const long = { type: 'section', text: text('ä'.repeat(3_000)) };
    const view = modal({ blocks: Array.from({ length: 60 }, () => long) });
    expect(call('views.open', { trigger_id: '1.1.a', view })).toMatchObject({ error: 'view_too_large' });
  });

  it('refuses an external_id that another view has', () => {
    const { call, trigger } = practised();
    for (const id of ['1.1.a', '1.1.b']) trigger(id);
    call('views.publish', { user_id: 'UANA', view: home({ external_id: 'one' }) });
    const view = modal({ external_id: 'one' });
    expect(call('views.open', { trigger_id: '1.1.a', view })).toMatchObject({
      error: 'duplicate_external_id',
    });
  });
});

describe('views.push', () => {
  it('stacks three modals and no fourth', () => {
    const { push, view } = opened();
    const second = push('1.1.b');
    expect(second).toMatchObject({ ok: true, view: { root_view_id: view.id, previous_view_id: view.id } });
    const third = push('1.1.c');
    expect(third).toMatchObject({
      view: { root_view_id: view.id, previous_view_id: (second.view as Shown).id },
    });
    expect(push('1.1.d')).toMatchObject({ error: 'push_limit_reached' });
  });

  it('needs a modal to stand on', () => {
    const { call, trigger } = practised();
    trigger('1.1.a');
    expect(call('views.push', { trigger_id: '1.1.a', view: modal() })).toMatchObject({ error: 'not_found' });
  });

  it('gives way to a modal opened afterwards', () => {
    const { call, push, trigger, workspace } = opened();
    push('1.1.b');
    trigger('1.1.c');
    call('views.open', { trigger_id: '1.1.c', view: modal() });
    expect(workspace.modals.size).toBe(1);
  });
});

describe('views.update', () => {
  it('changes the view in its place and gives it another hash', () => {
    const { call, view, workspace } = opened();
    const answer = call('views.update', {
      view_id: view.id,
      hash: view.hash,
      view: modal({ title: text('Two') }),
    });
    expect(answer).toMatchObject({ ok: true, view: { id: view.id, title: text('Two') } });
    expect(workspace.modals.get(view.id)?.hash).not.toBe(view.hash);
    expect(call('views.update', { view_id: view.id, hash: view.hash, view: modal() })).toMatchObject({
      error: 'hash_conflict',
    });
  });

  it('finds a view by its external_id, which may stay the same', () => {
    const { call, view } = opened();
    const named = modal({ external_id: 'one' });
    call('views.update', { view_id: view.id, view: named });
    expect(call('views.update', { external_id: 'one', view: named })).toMatchObject({
      view: { id: view.id },
    });
  });

  it.each([
    ['a view that is not there', { view_id: 'VNONE', view: modal() }, 'not_found'],
    ['no name', { view: modal() }, 'invalid_arguments'],
    ['two names', { view_id: 'V', external_id: 'e', view: modal() }, 'invalid_arguments'],
  ])('refuses %s', (_what, args, error) => {
    expect(practised().call('views.update', args)).toMatchObject({ ok: false, error });
  });

  it('does not make an App Home of a modal', () => {
    const { call, view } = opened();
    expect(call('views.update', { view_id: view.id, view: home() })).toMatchObject({
      error: 'invalid_arguments',
    });
  });
});

describe('views.publish', () => {
  it("shows a person's App Home, again in the same place", () => {
    const { call, workspace } = practised();
    const first = call('views.publish', { user_id: 'UANA', view: home() }).view as Shown;
    const again = call('views.publish', { user_id: 'UANA', hash: first.hash, view: home() }).view as Shown;
    expect(again.id).toBe(first.id);
    expect(call('views.publish', { user_id: 'UANA', hash: first.hash, view: home() })).toMatchObject({
      error: 'hash_conflict',
    });
    expect([...workspace.homes.keys()]).toEqual(['UANA']);
  });

  it('refuses a home that the manifest does not declare', () => {
    const { call } = practised({ homeTab: false });
    expect(call('views.publish', { user_id: 'UANA', view: home() })).toMatchObject({ error: 'not_enabled' });
  });

  it.each([
    ['an unknown person', { user_id: 'UNONE', view: home() }],
    ['nobody', { view: home() }],
    ['a modal', { user_id: 'UANA', view: modal() }],
  ])('refuses %s', (_what, args) => {
    expect(practised().call('views.publish', args)).toMatchObject({ error: 'invalid_arguments' });
  });
});
