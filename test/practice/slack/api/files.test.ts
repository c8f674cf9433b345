import { describe, expect, it } from 'vitest';
import { practised, said } from './practised-calls.ts';

const ticket = 'files.getUploadURLExternal';
const complete = 'files.completeUploadExternal';

function uploaded() {
  const world = practised();
  const answer = world.call(ticket, { filename: 'chart.png', length: '3', alt_txt: 'memory of 4 workers' });
  const id = String(answer.file_id);
  const upload = () => {
    const file = world.workspace.files.get(id)!;
    world.workspace.files.set(id, { ...file, bytes: new Uint8Array([1, 2, 3]) });
  };
  return { ...world, answer, id, upload };
}

describe('files.getUploadURLExternal', () => {
  it('gives an address below the origin and remembers the file', () => {
    const { answer, id, workspace } = uploaded();
    expect(answer).toEqual({ ok: true, file_id: id, upload_url: `http://127.0.0.1:1/upload/v1/${id}` });
    expect(workspace.files.get(id)).toMatchObject({
      name: 'chart.png',
      altText: 'memory of 4 workers',
      mimetype: 'image/png',
      complete: false,
    });
  });

  it('takes the alternative text as alt_txt only, as Slack documents it', () => {
    const { call, workspace } = practised();
    const { file_id: id } = call(ticket, { filename: 'a.bin', length: 1, alt_text: 'lost' });
    expect(workspace.files.get(String(id))).toMatchObject({
      altText: '',
      mimetype: 'application/octet-stream',
    });
  });

  it.each([
    ['no name', { length: 1 }, 'invalid_arguments'],
    ['no length', { filename: 'a' }, 'invalid_arguments'],
    ['a length that is no number', { filename: 'a', length: 'many' }, 'invalid_arguments'],
    ['a length of 0', { filename: 'a', length: 0 }, 'missing_argument'],
    [
      'an alternative text of 1,001 characters',
      { filename: 'a', length: 1, alt_txt: 'x'.repeat(1_001) },
      'alt_txt_too_large',
    ],
  ])('refuses %s', (_what, args, error) => {
    expect(practised().call(ticket, args)).toMatchObject({ ok: false, error });
  });
});

describe('files.completeUploadExternal', () => {
  it('shares the file in the thread as a message of the app, once', () => {
    const { call, id, messages, upload, workspace } = uploaded();
    upload();
    const root = said(workspace, 'root');
    const args = {
      files: [{ id, title: 'Memory' }],
      channel_id: 'CINC',
      thread_ts: root,
      initial_comment: 'The chart',
    };
    expect(call(complete, args)).toMatchObject({
      ok: true,
      files: [{ id, title: 'Memory', alt_txt: 'memory of 4 workers', mimetype: 'image/png', size: 3 }],
    });
    expect(messages().at(-1)).toMatchObject({
      text: 'The chart',
      threadTs: root,
      botId: 'B0PRACTICE',
      files: [{ id, title: 'Memory', complete: true }],
    });
    expect(call(complete, args)).toMatchObject({ error: 'file_not_found' });
    expect(messages()).toHaveLength(2);
  });

  it('keeps the file private without a channel', () => {
    const { call, id, messages, upload, workspace } = uploaded();
    upload();
    expect(call(complete, { files: [{ id }] })).toMatchObject({ ok: true, files: [{ title: 'chart.png' }] });
    expect(messages()).toEqual([]);
    expect(workspace.files.get(id)?.complete).toBe(true);
  });

  it.each([
    ['no files', { files: [] }, 'invalid_arguments'],
    ['a file that is not there', { files: [{ id: 'FNONE' }] }, 'file_not_found'],
    ['what is no file', { files: [7] }, 'file_not_found'],
    ['a channel that the app is not in', { channel_id: 'CRAND' }, 'not_in_channel'],
    ['a channel that is not there', { channel_id: 'CNONE' }, 'channel_not_found'],
    [
      'a thread that is not there',
      { channel_id: 'CINC', thread_ts: '1600000000.000100' },
      'thread_not_found',
    ],
    ['several channels', { channels: 'CINC,CSEC' }, 'invalid_arguments'],
  ])('refuses %s, and the upload can be completed afterwards', (_what, args, error) => {
    const { call, id, upload } = uploaded();
    upload();
    expect(call(complete, { files: [{ id }], ...args })).toMatchObject({ ok: false, error });
    expect(call(complete, { files: [{ id }] })).toMatchObject({ ok: true });
  });

  it('refuses a file whose bytes never came', () => {
    const { call, id } = uploaded();
    expect(call(complete, { files: [{ id }] })).toMatchObject({ error: 'file_not_found' });
  });

  it('refuses the same file twice in one call', () => {
    const { call, id, upload } = uploaded();
    upload();
    expect(call(complete, { files: [{ id }, { id }] })).toMatchObject({ error: 'file_not_found' });
  });
});
