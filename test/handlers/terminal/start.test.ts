import { describe, expect, it } from 'vitest';
import { type StartContext, start } from '../../../handlers/terminal/start.ts';

type Why = 'asked' | 'lost';

function stage(more: Partial<StartContext> = {}, why: Why = 'asked') {
  const out: string[] = [];
  const errors: string[] = [];
  const happened: string[] = [];
  const running = (name: string) => {
    happened.push(`${name} started`);
    return { stop: async () => void happened.push(`${name} stopped`) };
  };
  const context: StartContext = {
    write: text => void out.push(text),
    writeError: text => void errors.push(text),
    tokens: { given: false },
    startPractice: async () => ({ ...running('practice'), url: 'http://127.0.0.1:4000' }),
    startService: async () => ({ ...running('service'), team: 'Acme', name: 'staunch' }),
    openBrowser: async () => false,
    async untilStopped() {
      happened.push(why);
      return why;
    },
    ...more,
  };
  return { context, happened, out: () => out.join(''), errors: () => errors.join('') };
}

describe('staunch start', () => {
  it('without tokens is practice mode: says so, where, and what to type', async () => {
    const { context, happened, out } = stage();
    expect(await start({}, context)).toBe(0);
    expect(out()).toContain('practice mode');
    expect(out()).toContain('http://127.0.0.1:4000');
    expect(out()).toContain('/diagnose-502 checkout');
    expect(happened).toEqual(['practice started', 'asked', 'practice stopped']);
  });

  it('with tokens is the real thing, and leaves standard output to the log', async () => {
    const { context, happened, out, errors } = stage({ tokens: { given: true } });
    expect(await start({}, context)).toBe(0);
    expect(out()).toBe('');
    expect(errors()).toContain('connected to Acme as @staunch');
    expect(happened).toEqual(['service started', 'asked', 'service stopped']);
  });

  it('refuses practice mode with tokens', async () => {
    const { context, happened, errors } = stage({ tokens: { given: true } });
    expect(await start({ practice: true }, context)).toBe(2);
    expect(errors()).toMatch(/exclude each other.*\n.*Unset SLACK_BOT_TOKEN/);
    expect(happened).toEqual([]);
  });

  it('names every wrong variable and starts nothing', async () => {
    const { context, happened, errors } = stage({
      tokens: { given: true, problems: ['A is wrong.', 'B too.'] },
    });
    expect(await start({}, context)).toBe(2);
    expect(errors()).toMatch(/A is wrong\.\nB too\.\n/);
    expect(happened).toEqual([]);
  });

  it.each([
    ['the real thing', { given: true } as const],
    ['practice mode', { given: false } as const],
  ])('fails with the reason when %s cannot start', async (_, tokens) => {
    const refuse = async () => {
      throw new Error('port 9502 is taken. Set STAUNCH_STATUS_PORT.');
    };
    const { context, errors } = stage({ tokens, startPractice: refuse, startService: refuse });
    expect(await start({}, context)).toBe(1);
    expect(errors()).toBe('Staunch could not start: port 9502 is taken. Set STAUNCH_STATUS_PORT.\n');
  });

  it('fails when another process took its state over, so that whoever supervises it looks', async () => {
    const { context, happened, errors } = stage({ tokens: { given: true } }, 'lost');
    expect(await start({}, context)).toBe(1);
    expect(errors()).toContain('another Staunch works with the same state');
    expect(happened).toEqual(['service started', 'lost', 'service stopped']);
  });
});
