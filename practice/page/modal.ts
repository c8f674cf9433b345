import type { ViewValues } from '../slack/page-protocol.ts';
import type { PracticeView } from '../slack/workspace.ts';
import { drawBlocks } from './blocks.ts';
import { drawDialog, focusFirst } from './dialog.ts';
import { type Child, type Drawn, draw } from './drawing.ts';
import { plainText, string } from './fields.ts';
import { complaintAbout, fieldsOf, fieldValue, stateFields } from './form-values.ts';
import { drawIcon } from './icons.ts';
import { drawPlainText } from './inline-text.ts';
import type { Page } from './page-state.ts';
import { enteredKey, ownerOf, sceneOf } from './scene-on-page.ts';

/** The topmost modal; what is below it waits, as at Slack. */
export function drawModals(page: Page): Drawn | undefined {
  const { modals, app } = page.snapshot;
  const top = modals.at(-1);
  if (!top) return undefined;
  const { view } = top;
  const title = plainText(view.title);
  const submitText = plainText(view.submit);
  const close = () => void closeModal(page, top.id);
  const isBusy = page.state.submitting === top.id;
  const form = draw(
    'form',
    { class: 'modal-form', novalidate: true, 'aria-busy': isBusy && 'true' },
    [
      draw('div', { class: 'dialog-body', tabindex: '-1' }, [
        draw('div', { class: 'blocks' }, drawBlocks(view.blocks, sceneOf(page, { view: top.id }, 'view'))),
      ]),
      page.state.problem !== undefined &&
        draw('div', { class: 'dialog-problem', role: 'alert' }, page.state.problem),
      draw('div', { class: 'dialog-foot' }, [
        draw('span', { class: 'dialog-from' }, fromText(app.name, modals.length)),
        drawFootButton(plainText(view.close) || 'Close', 'button button-plain', close),
        submitText !== '' &&
          draw(
            'button',
            { type: 'submit', class: 'button button-primary', 'aria-disabled': isBusy && 'true' },
            isBusy ? 'Sending…' : drawPlainText(view.submit),
          ),
      ]),
    ],
    {
      key: top.id,
      mounted: element => {
        const dialog = element.closest('dialog');
        if (dialog?.open) focusFirst(dialog);
      },
      on: {
        submit: event => {
          event.preventDefault();
          if (!isBusy && submitText !== '') void submit(page, top);
        },
      },
    },
  );
  return drawDialog({ key: 'modals', look: 'modal', label: title, close }, [
    draw('div', { class: 'dialog-head' }, [
      draw('h2', {}, drawPlainText(view.title)),
      drawClose(`Close ${title}`, close),
    ]),
    form,
  ]);
}

/** A second press while the first one is on its way finds nothing to close, which is what was wanted. */
async function closeModal(page: Page, view: string): Promise<void> {
  const answer = await page.send({ kind: 'close', view });
  if (answer.ok || page.snapshot.modals.every(({ id }) => id !== view)) return;
  page.state.problem = answer.problem;
  page.redraw();
}

function fromText(appName: string, depth: number): string {
  return depth > 1 ? `${appName} · step ${depth}` : appName;
}

function drawClose(label: string, close: () => void): Drawn {
  return draw('button', { type: 'button', class: 'icon-button', 'aria-label': label }, drawIcon('close'), {
    on: { click: close },
  });
}

function drawFootButton(label: string, look: string, click: () => void, isFirst = false): Drawn {
  return draw('button', { type: 'button', class: look, 'data-first': isFirst }, label, { on: { click } });
}

async function submit(page: Page, { id, view }: PracticeView): Promise<void> {
  const { state } = page;
  const fields = fieldsOf(view.blocks).map(field => {
    const entered = state.entered.get(enteredKey(ownerOf({ view: id }), field.blockId, field.actionId));
    return { ...field, value: fieldValue(field.element, entered) };
  });
  const complaints = fields.flatMap(({ block, element, blockId, value }): [string, string][] => {
    const complaint = complaintAbout(block, element, value);
    return complaint === undefined ? [] : [[blockId, complaint]];
  });
  if (complaints.length > 0) {
    showErrors(page, id, Object.fromEntries(complaints));
    return;
  }
  const values: Record<string, Record<string, unknown>> = {};
  for (const { blockId, actionId, element, value } of fields) {
    const held = stateFields(element, value);
    if (held) values[blockId] = { ...values[blockId], [actionId]: { type: string(element.type), ...held } };
  }
  state.formErrors.delete(id);
  state.submitting = id;
  page.redraw();
  const answer = await page.act({ kind: 'submit', view: id, values: values satisfies ViewValues });
  state.submitting = undefined;
  if (answer.ok && answer.errors) showErrors(page, id, answer.errors);
  else page.redraw();
}

function showErrors(page: Page, view: string, errors: Readonly<Record<string, string>>): void {
  page.state.formErrors.set(view, errors);
  page.redraw();
  const dialog = document.querySelector('dialog.modal');
  if (dialog) focusFirst(dialog);
}

/** The `confirm` of an element: asks before the press is sent. */
export function drawQuestion(page: Page, text: Child): Drawn | undefined {
  const { question } = page.state;
  if (!question) return undefined;
  const end = (isYes: boolean) => {
    page.state.question = undefined;
    page.redraw();
    if (isYes) question.go();
  };
  return drawDialog(
    { key: 'question', look: 'modal question', label: question.title, close: () => end(false) },
    [
      draw('div', { class: 'dialog-head' }, [
        draw('h2', {}, question.title),
        drawClose('Close', () => end(false)),
      ]),
      draw('div', { class: 'dialog-body text' }, text),
      draw('div', { class: 'dialog-foot' }, [
        drawFootButton(question.no, 'button button-plain', () => end(false), true),
        drawFootButton(question.yes, `button ${question.isDanger ? 'button-danger' : 'button-primary'}`, () =>
          end(true),
        ),
      ]),
    ],
  );
}

/** A picture as large as the window lets it be. */
export function drawPictureLarge(page: Page): Drawn | undefined {
  const { picture } = page.state;
  if (!picture) return undefined;
  const close = () => {
    page.state.picture = undefined;
    page.redraw();
  };
  return drawDialog({ key: 'picture', look: 'lightbox', label: picture.title, close }, [
    draw('div', { class: 'dialog-head' }, [
      draw('h2', {}, picture.title),
      draw(
        'a',
        { href: picture.url, target: '_blank', rel: 'noopener', class: 'button button-plain' },
        'Open alone',
      ),
      drawClose('Close image', close),
    ]),
    draw('div', { class: 'lightbox-frame' }, draw('img', { src: picture.url, alt: picture.altText }), {
      on: { click: event => event.target === event.currentTarget && close() },
    }),
    picture.altText !== '' && draw('p', { class: 'lightbox-text', 'aria-hidden': 'true' }, picture.altText),
  ]);
}
