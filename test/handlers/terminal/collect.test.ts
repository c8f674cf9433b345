import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collect } from '../../../handlers/terminal/collect.ts';
import { diagnoseCommand } from '../../../handlers/terminal/diagnose.ts';
import { writeBundle } from '../../../src/adapters/bundle-writer.ts';
import { RecordedSource } from '../../workflows/recorded-source.ts';
import { REGISTRY, terminal } from './diagnosing-terminal.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'staunch-collect-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('staunch collect', () => {
  it.each(['oom-continue-bookworm-vm', 'worker-timeout-sigkill-trixie-ns', 'deploy-restart-bookworm-ns'])(
    'writes a bundle of %s that says the same as the servers did',
    async incident => {
      const live = terminal(REGISTRY, { source: new RecordedSource(incident) });
      await diagnoseCommand({ target: 'checkout', since: '1h', json: true }, live.context);
      const into = join(folder, 'bundle');
      const collecting = terminal(REGISTRY, { source: new RecordedSource(incident) });
      expect(
        await collect({ target: 'checkout', since: '1h', into }, { ...collecting.context, writeBundle }),
      ).toBe(0);
      expect(collecting.out()).toContain(`staunch diagnose --bundle ${into}`);
      const later = terminal();
      await diagnoseCommand({ target: 'checkout', bundle: into, json: true }, later.context);
      const [then, now] = [JSON.parse(live.out()), JSON.parse(later.out())];
      expect([now.verdict, now.causes[0].id, now.counts]).toEqual([
        then.verdict,
        then.causes[0].id,
        then.counts,
      ]);
    },
  );

  it('writes no client address and keeps servers apart from what it was asked to', async () => {
    const into = join(folder, 'bundle');
    const { context } = terminal();
    await collect({ target: 'checkout', since: '1h', into }, { ...context, writeBundle });
    const text = readdirSync(into)
      .map(name => readFileSync(join(into, name), 'utf8'))
      .join('\n');
    expect(text).toContain('upstream prematurely closed');
    expect(text).not.toMatch(/client: 10\.213\.0\.1,/);
  });

  it('refuses a group, a folder that is not empty, and servers that cannot be reached', async () => {
    const group = terminal();
    expect(
      await collect({ target: 'shop', into: join(folder, 'x') }, { ...group.context, writeBundle }),
    ).toBe(2);
    expect(group.errors()).toContain('Collect them one by one');
    const { context } = terminal();
    await collect({ target: 'checkout', since: '1h', into: join(folder, 'y') }, { ...context, writeBundle });
    const again = terminal();
    expect(
      await collect(
        { target: 'checkout', since: '1h', into: join(folder, 'y') },
        { ...again.context, writeBundle },
      ),
    ).toBe(1);
    expect(again.errors()).toContain('is not empty');
    const gone = terminal(REGISTRY, {
      source: new RecordedSource('oom-continue-bookworm-vm', () => ({
        ok: false,
        reason: 'unreachable',
        detail: 'no route',
      })),
    });
    expect(
      await collect({ target: 'checkout', into: join(folder, 'z') }, { ...gone.context, writeBundle }),
    ).toBe(4);
  });
});
