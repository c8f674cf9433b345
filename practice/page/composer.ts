import {
  type Completion,
  completed,
  completionAt,
  type Offer,
  usageHint,
  type Vocabulary,
} from './completion.ts';
import { type Child, type Drawn, draw } from './drawing.ts';
import { drawIcon } from './icons.ts';
import { drawMenu, type MenuItem } from './menu.ts';
import type { Page } from './page-state.ts';
import { peopleOf } from './people.ts';

/** Where a composer writes to. */
export interface Composing {
  readonly channel: string;
  readonly threadTs?: string;
  /** The field's name: `Message #inc-checkout`. */
  readonly label: string;
}

/** The field, its completion, the shortcuts of the app, and how the last text was taken. */
export function drawComposer(page: Page, composing: Composing): Drawn {
  const { state, snapshot } = page;
  const key = composerKey(page, composing);
  const id = encodeURIComponent(`composer ${key}`);
  const text = state.drafts.get(key) ?? '';
  const vocabulary = vocabularyOf(page);
  const completion = completionOf(page, composing);
  const marked = typeof state.offer === 'number' ? state.offer : 0;
  const hint = composing.threadTs === undefined ? usageHint(text, vocabulary) : undefined;
  const echo = state.echoes.get(key);
  const field = draw(
    'textarea',
    {
      class: 'composer-field',
      rows: '1',
      'aria-label': composing.label,
      placeholder: composing.label,
      'aria-autocomplete': 'list',
      'aria-controls': completion && `${id}-offers`,
      'aria-activedescendant': completion && `${id}-offer-${marked}`,
      'aria-describedby': hint === undefined ? undefined : `${id}-hint`,
      'data-conversation': key,
      'data-composer': composing.threadTs === undefined ? 'channel' : 'thread',
      spellcheck: 'false',
    },
    [],
    {
      key: 'field',
      start: { value: text },
      on: {
        input: event => typed(page, key, event.target as HTMLTextAreaElement),
        click: event => moved(page, key, event.target as HTMLTextAreaElement),
        keyup: event => moved(page, key, event.target as HTMLTextAreaElement),
        blur: () => {
          state.caret = undefined;
          page.redraw();
        },
        keydown: event => onKey(event, page, composing),
      },
    },
  );
  return draw(
    'div',
    { class: 'composer' },
    [
      completion && drawOffers(page, composing, completion, marked, id),
      hint !== undefined && draw('div', { class: 'composer-hint', id: `${id}-hint` }, hint),
      draw('div', { class: 'composer-box' }, [field, drawTools(page, composing, snapshot.app.name)], {
        key: 'box',
      }),
      draw(
        'div',
        { class: `composer-echo ${echo?.kind ?? ''}`, role: echo?.kind === 'refused' ? 'alert' : 'status' },
        echo?.text ?? '',
        { key: echo?.kind === 'refused' ? 'refusal' : 'echo' },
      ),
    ],
    { key },
  );
}

function composerKey(page: Page, { channel, threadTs }: Composing): string {
  return [page.snapshot.me, channel, threadTs ?? ''].join(' ');
}

function vocabularyOf({ snapshot }: Page): Vocabulary {
  const { app } = snapshot;
  return {
    commands: app.commands,
    people: [{ name: app.botName, realName: app.name }, ...peopleOf(snapshot)],
    channels: snapshot.channels.filter(channel => channel.kind !== 'direct-message'),
  };
}

function completionOf(page: Page, composing: Composing): Completion | undefined {
  const { state } = page;
  const key = composerKey(page, composing);
  if (state.caret?.composer !== key || state.offer === 'dismissed') return undefined;
  const text = state.drafts.get(key) ?? '';
  return completionAt(text, state.caret.at, vocabularyOf(page), composing.threadTs !== undefined);
}

const TITLES = { commands: 'Commands', people: 'People', channels: 'Channels' } as const;

function drawOffers(
  page: Page,
  composing: Composing,
  completion: Completion,
  marked: number,
  id: string,
): Drawn {
  return draw(
    'div',
    { class: 'offers', role: 'listbox', id: `${id}-offers`, 'aria-label': TITLES[completion.kind] },
    completion.offers.map(
      (offer, index): Child =>
        draw(
          'div',
          {
            class: 'offer',
            role: 'option',
            id: `${id}-offer-${index}`,
            'aria-selected': String(index === marked),
          },
          [
            draw('span', { class: 'offer-label' }, offer.label),
            draw('span', { class: 'offer-note' }, offer.note),
          ],
          {
            key: offer.label,
            on: {
              // The field keeps focus: the click comes after the press would have taken it away.
              mousedown: event => event.preventDefault(),
              click: () => take(page, composing, completion, offer),
            },
          },
        ),
    ),
    { key: 'offers' },
  );
}

function drawTools(page: Page, composing: Composing, appName: string): Drawn {
  const { snapshot } = page;
  const isThread = composing.threadTs !== undefined;
  const shortcuts = snapshot.app.shortcuts.filter(shortcut => shortcut.type === 'global');
  const items: MenuItem[] = [
    ...shortcuts.map(shortcut => ({
      key: shortcut.callbackId,
      label: shortcut.name,
      note: shortcut.description,
      group: `Shortcuts of ${appName}`,
      pick: () => void page.act({ kind: 'global-shortcut', callbackId: shortcut.callbackId }),
    })),
    ...(isThread ? [] : snapshot.app.commands).map(command => ({
      key: command.command,
      label: command.command,
      note: command.description,
      group: 'Commands',
      pick: () => write(page, composing, `${command.command} `),
    })),
  ];
  const menuId = `composer ${composerKey(page, composing)}`;
  return draw('div', { class: 'composer-tools' }, [
    items.length > 0 &&
      drawMenu(
        { id: menuId, label: 'Shortcuts', kind: 'menu', look: 'icon-button', items },
        drawIcon('plus'),
        page,
      ),
    draw(
      'span',
      { class: 'composer-keys', 'aria-hidden': 'true' },
      'Enter sends, Shift+Enter starts a new line',
    ),
    draw(
      'button',
      { type: 'button', class: 'icon-button send', 'aria-label': 'Send now' },
      drawIcon('send'),
      {
        on: { click: () => void send(page, composing) },
      },
    ),
  ]);
}

function typed(page: Page, key: string, field: HTMLTextAreaElement): void {
  page.state.drafts.set(key, field.value);
  page.state.echoes.delete(key);
  page.state.offer = 0;
  page.state.caret = { composer: key, at: field.selectionStart };
  page.redraw();
}

function moved(page: Page, key: string, field: HTMLTextAreaElement): void {
  const { caret } = page.state;
  if (caret?.composer === key && caret.at === field.selectionStart) return;
  page.state.caret = { composer: key, at: field.selectionStart };
  page.state.offer = 0;
  page.redraw();
}

function onKey(event: KeyboardEvent, page: Page, composing: Composing): void {
  if (event.isComposing) return;
  const { state } = page;
  const completion = completionOf(page, composing);
  const count = completion?.offers.length ?? 0;
  const marked = typeof state.offer === 'number' ? state.offer : 0;
  const offer = completion?.offers[marked];
  const isEnter = event.key === 'Enter' && !event.shiftKey;
  if (completion && offer && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault();
    state.offer = (marked + (event.key === 'ArrowDown' ? 1 : count - 1)) % count;
    page.redraw();
  } else if (completion && offer && (event.key === 'Tab' || (isEnter && !isWhole(page, composing, offer)))) {
    event.preventDefault();
    take(page, composing, completion, offer);
  } else if (completion && event.key === 'Escape') {
    event.preventDefault();
    event.stopPropagation();
    state.offer = 'dismissed';
    page.redraw();
  } else if (isEnter) {
    event.preventDefault();
    void send(page, composing);
  }
}

/** Whether the offer is typed to its last letter: then Enter sends it. */
function isWhole(page: Page, composing: Composing, offer: Offer): boolean {
  return (page.state.drafts.get(composerKey(page, composing)) ?? '').endsWith(offer.insert.trimEnd());
}

function take(page: Page, composing: Composing, completion: Completion, offer: Offer): void {
  const key = composerKey(page, composing);
  const text = page.state.drafts.get(key) ?? '';
  const caret = page.state.caret?.at ?? text.length;
  const next = completed(text, caret, completion, offer);
  write(page, composing, next.text, next.caret);
}

function fieldOf(composing: Composing): HTMLTextAreaElement | null {
  const kind = composing.threadTs === undefined ? 'channel' : 'thread';
  return document.querySelector(`textarea[data-composer="${kind}"]`);
}

/** Puts a text into the field, with the caret behind it, as if it had been typed. */
export function write(page: Page, composing: Composing, text: string, caret = text.length): void {
  const field = fieldOf(composing);
  if (!field) return;
  field.value = text;
  field.focus();
  field.setSelectionRange(caret, caret);
  typed(page, composerKey(page, composing), field);
}

async function send(page: Page, composing: Composing): Promise<void> {
  const { state } = page;
  const key = composerKey(page, composing);
  const { channel, threadTs } = composing;
  const text = (state.drafts.get(key) ?? '').trim();
  if (text === '') return;
  write(page, composing, '');
  state.away.delete(threadTs === undefined ? 'channel' : 'thread');
  page.redraw();
  const answer = await page.send({
    kind: 'type',
    channel,
    text,
    ...(threadTs !== undefined && { threadTs }),
  });
  const isCommand = page.snapshot.app.commands.some(({ command }) => text.split(/\s/)[0] === command);
  if (!answer.ok) {
    state.echoes.set(key, { kind: 'refused', text: answer.problem });
    // Slack gives a refused command back; a message stands in the channel even when the app was not told.
    const isGone = text.startsWith('/') || answer.undelivered === true;
    if (isGone) giveBack(page, composing, key, text);
  } else if (isCommand && answer.ackMs !== undefined) {
    const ms = Math.max(1, Math.round(answer.ackMs));
    state.echoes.set(key, { kind: 'told', text: `${page.snapshot.app.name} took it within ${ms} ms` });
  }
  page.redraw();
}

/** Unless something else was begun, or opened, meanwhile. */
function giveBack(page: Page, composing: Composing, key: string, text: string): void {
  if ((page.state.drafts.get(key) ?? '') !== '') return;
  page.state.drafts.set(key, text);
  const field = fieldOf(composing);
  if (field?.dataset.conversation === key) field.value = text;
}
