import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SshSource } from '../../../src/adapters/ssh/ssh-source.ts';
import type { Answer } from '../../../src/collectors/question.ts';
import type { Sshd } from './sshd-rig.ts';
import { NEVER, processesWith, question, Rig, soon, TEST_SCRIPT } from './sshd-rig.ts';

let rig: Rig;
let sshd: Sshd;
let source = new SshSource({ script: TEST_SCRIPT });

beforeAll(async () => {
  rig = new Rig();
  sshd = await rig.sshd();
});
afterEach(async () => {
  await source.close();
  source = new SshSource({ script: TEST_SCRIPT });
});
afterAll(() => rig.stop());

function textOf(answer: Answer | undefined): string {
  if (answer?.ok !== true) throw new Error(`no answer: ${JSON.stringify(answer)}`);
  return Buffer.from(answer.bytes).toString();
}

/** An argument for `sleep` that no other process has: some 2 hours and a random fraction. */
function uniqueSeconds(): string {
  return `7${randomBytes(4).readUInt32BE(0)}.25`;
}

describe('questions', () => {
  it('are answered in order, in one batch, with exit status and complaint', async () => {
    const answers = await source.ask(
      rig.server(sshd),
      [question('echo', ['a b', '', "it's", '$(id)', '*']), question('fail'), question('echo', ['last'])],
      NEVER,
    );
    expect(textOf(answers[0])).toBe("<a b><><it's><$(id)><*>");
    expect(answers[1]).toMatchObject({ ok: true, exitCode: 3, complaint: 'the reason' });
    expect(textOf(answers[1])).toBe('partly\n');
    expect(textOf(answers[2])).toBe('<last>');
  });

  it('carry binary answers unchanged, even those that look like frames', async () => {
    const path = join(rig.folder, 'binary');
    const bytes = Buffer.concat([
      randomBytes(300_000),
      Buffer.from('\n0123456789abcdef0123456789abcdef end 1 0 0\n\xff\xfe\n\n', 'latin1'),
      Buffer.alloc(1000),
    ]);
    writeFileSync(path, bytes);
    const [answer] = await source.ask(rig.server(sshd), [question('file', [path])], NEVER);
    expect(answer?.ok === true && Buffer.compare(Buffer.from(answer.bytes), bytes)).toBe(0);
  });

  it.each([
    { asked: 99, limit: 100, got: 99, cut: undefined },
    { asked: 101, limit: 100, got: 100, cut: 100 },
    { asked: 5_000_000, limit: 70_000, got: 70_000, cut: 70_000 },
  ])('of $asked bytes stop at their limit of $limit', async ({ asked, limit, got, cut }) => {
    const [answer, next] = await source.ask(
      rig.server(sshd),
      [question('xs', [String(asked)], { maxBytes: limit }), question('echo', ['next'])],
      NEVER,
    );
    expect(answer?.ok === true && [answer.bytes.length, answer.cutAtBytes]).toEqual([got, cut]);
    expect(textOf(next)).toBe('<next>');
  });

  it('keep a complaint short without killing the tool that complains', async () => {
    const [answer] = await source.ask(rig.server(sshd), [question('noise')], NEVER);
    expect(textOf(answer)).toBe('fine\n');
    expect(answer).toMatchObject({ exitCode: 0, complaint: 'e'.repeat(1998) });
  });

  it('cannot be read by the tool that answers one of them', async () => {
    const answers = await source.ask(
      rig.server(sshd),
      [question('swallow'), question('echo', ['still here'])],
      NEVER,
    );
    expect(answers.map(textOf)).toEqual(['stdin was empty\n', '<still here>']);
  });

  it('run niced, in the C locale, with a private umask and a CPU limit', async () => {
    const answers = await source.ask(rig.server(sshd), [question('environment'), question('nice')], NEVER);
    expect(textOf(answers[0])).toBe('C:0077:60\n');
    expect(textOf(answers[1]).trim()).toBe('10');
  });

  it('that nobody knows, or that cannot be sent, are refused like any other tool error', async () => {
    const answers = await source.ask(
      rig.server(sshd),
      [
        question('rm'),
        question('echo', ['two\nlines']),
        question('echo;id'),
        question('ls'),
        question('echo', ['fine']),
      ],
      NEVER,
    );
    expect(answers.map(answer => answer.ok && answer.exitCode)).toEqual([64, 64, 64, 64, 0]);
    expect(answers[0]).toMatchObject({ complaint: 'staunch: unknown question: rm' });
  });

  it('that are many and long still go through one channel', async () => {
    const long = 'x'.repeat(900);
    const many = Array.from({ length: 60 }, (_, number) => question('echo', [`${number}`, long]));
    const answers = await source.ask(rig.server(sshd), many, NEVER);
    expect(answers.map(textOf)).toEqual(many.map(({ args }) => `<${args[0]}><${long}>`));
  });

  it('that hang are cut off on the server too, and the next ones are answered by a new channel', async () => {
    const seconds = uniqueSeconds();
    const answers = await source.ask(
      rig.server(sshd),
      [
        question('echo', ['before']),
        question('hang', [seconds], { timeoutMs: 700 }),
        question('echo', ['after']),
      ],
      NEVER,
    );
    expect(textOf(answers[0])).toBe('<before>');
    expect(answers[1]).toMatchObject({ ok: false, reason: 'timed-out' });
    expect(textOf(answers[2])).toBe('<after>');
    expect(await soon(() => processesWith(seconds).length === 0)).toBe(true);
  });

  it('that hang as the first of a fresh channel do not take the others with them', async () => {
    const answers = await source.ask(
      rig.server(sshd),
      [question('hang', [uniqueSeconds()], { timeoutMs: 1500 }), question('echo', ['after'])],
      NEVER,
    );
    expect(answers[0]).toMatchObject({ ok: false, reason: 'timed-out' });
    expect(textOf(answers[1])).toBe('<after>');
  });

  it('that are cancelled end at once and leave nothing running on the server', async () => {
    const seconds = uniqueSeconds();
    const cancel = new AbortController();
    const asked = source.ask(
      rig.server(sshd),
      [question('child', [seconds]), question('echo')],
      cancel.signal,
    );
    expect(await soon(() => processesWith(`sleep ${seconds}`).length > 0)).toBe(true);
    cancel.abort();
    expect(await asked).toMatchObject([{ reason: 'cancelled' }, { reason: 'cancelled' }]);
    expect(await soon(() => processesWith(seconds).length === 0)).toBe(true);
    expect((await source.ask(rig.server(sshd), [question('echo', ['on'])], NEVER)).map(textOf)).toEqual([
      '<on>',
    ]);
  });

  it('go on over the kept connection, and closing the source leaves nothing on the server', async () => {
    const before = sshd.connections().length;
    for (const word of ['one', 'two', 'three']) {
      expect((await source.ask(rig.server(sshd), [question('echo', [word])], NEVER)).map(textOf)).toEqual([
        `<${word}>`,
      ]);
    }
    expect(sshd.connections().length).toBe(before + 1);
    await source.close();
    expect(await soon(() => sshd.connections().length === 0)).toBe(true);
    expect(await source.ask(rig.server(sshd), [question('echo')], NEVER)).toMatchObject([
      { reason: 'cancelled' },
    ]);
  });
});

describe('a read key with a forced command', () => {
  it('gives the same answers as a login shell and ignores any other command', async () => {
    const installed = join(rig.folder, 'read-script');
    writeFileSync(installed, TEST_SCRIPT.text, { mode: 0o755 });
    const forced = await rig.sshd({ keyOptions: `restrict,command="${installed}"` });
    const batch = [
      question('echo', ['ä b', '\\']),
      question('fail'),
      question('xs', ['300'], { maxBytes: 100 }),
    ];
    const bare = (answers: readonly Answer[]) => answers.map(answer => ({ ...answer, tookMs: 0 }));
    const overShell = await source.ask(rig.server(sshd), batch, NEVER);
    const overKey = await source.ask(rig.server(forced), batch, NEVER);
    expect(bare(overKey)).toEqual(bare(overShell));

    const canary = join(rig.folder, 'canary');
    const hostile = new SshSource({ script: { text: '', command: `touch ${canary}; exec sh -s` } });
    const answers = await hostile.ask(rig.server(forced), [question('echo', ['same'])], NEVER);
    await hostile.close();
    expect(textOf(answers[0])).toBe('<same>');
    await expect(source.ask(rig.server(sshd), [question('file', [canary])], NEVER)).resolves.toMatchObject([
      { exitCode: 1 },
    ]);
  });

  it('of somebody else is told apart from an answer', async () => {
    const other = await rig.sshd({ keyOptions: 'restrict,command="echo This account is closed >&2"' });
    const [answer] = await source.ask(rig.server(other), [question('echo')], NEVER);
    expect(answer).toMatchObject({ ok: false, reason: 'login-refused' });
    expect(answer?.ok === false && answer.detail).toContain('This account is closed');
  });
});

describe('a login shell that talks', () => {
  it('does not disturb the answers', async () => {
    const bashrc = `printf 'Welcome!\\n* 3 updates\\n'; printf 'no newline'; echo careful >&2\n`;
    const talkative = await rig.sshd({ bashrc });
    const answers = await source.ask(
      rig.server(talkative),
      [question('echo', ['x']), question('fail')],
      NEVER,
    );
    expect(textOf(answers[0])).toBe('<x>');
    expect(answers[1]).toMatchObject({ exitCode: 3, complaint: 'the reason' });
  });
});
