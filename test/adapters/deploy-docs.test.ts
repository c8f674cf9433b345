import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Metrics } from '../../src/adapters/metrics.ts';
import { readSettings } from '../../src/adapters/settings.ts';

const root = resolve(import.meta.dirname, '../..');
const text = (path: string) => readFileSync(join(root, path), 'utf8');
const guide = text('docs/deploy.md');
const example = text('.env.example');
const unit = text('deploy/staunch.service');

/** What names of variables begin with, and no name itself. */
const BEGINNINGS = new Set(['SLACK_MODE', 'STAUNCH_ALERTS', 'STAUNCH_ALERTS_TLS', 'STAUNCH_ALERTMANAGER']);

/** Every variable that the settings name. */
const variables = [
  ...new Set(
    ['settings', 'alert-settings', 'narrator-settings'].flatMap(
      file => text(`src/adapters/${file}.ts`).match(/\b(?:STAUNCH|SLACK)_[A-Z]+(?:_[A-Z]+)*\b/g) ?? [],
    ),
  ),
].filter(name => !BEGINNINGS.has(name));

const TOKENS = { SLACK_BOT_TOKEN: `xoxb-${'1'.repeat(12)}`, SLACK_APP_TOKEN: `xapp-${'1'.repeat(12)}` };

describe('what the guide says', () => {
  it.each(variables)('includes %s', variable => {
    expect(guide).toContain(`\`${variable}\``);
  });

  it('includes every metric that is Staunch’s own', async () => {
    const { text: exposition } = await new Metrics().exposition();
    const own = [...exposition.matchAll(/^# TYPE (staunch_(?!process|nodejs)\w+) /gm)].map(
      ([, name]) => name,
    );
    const wiring = text('src/service.ts') + text('src/watching.ts');
    const looked = [...wiring.matchAll(/'(staunch_[a-z_]+)'/g)].map(([, name]) => name);
    expect(own.length + looked.length).toBeGreaterThan(7);
    for (const name of [...own, ...looked]) expect(guide).toContain(`${name}`);
  });

  it('and .env.example show the defaults as they are', () => {
    const shown = parseEnv(example.replace(/^#(?=[A-Z_]+=)/gm, ''));
    const set = Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== ''));
    expect(Object.keys(set).length).toBeGreaterThan(8);
    expect(readSettings({ ...set, ...TOKENS })).toEqual(readSettings(TOKENS));
    for (const value of Object.values(set)) expect(guide).toContain(`\`${value}\``);
  });

  it('and .env.example change nothing when copied as they are', () => {
    expect(parseEnv(example)).toEqual({});
  });

  it('and the unit wait longer than a stop takes', () => {
    const drains = [...text('src/service.ts').matchAll(/^const DRAIN_\w+_MS = ([\d_]+);/gm)].map(([, ms]) =>
      Number(ms?.replaceAll('_', '')),
    );
    expect(drains.length).toBeGreaterThanOrEqual(2);
    const waitSeconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]);
    // Behind the drains: a hung investigation (10 s), a message under way (5 s), the end of the thread (3 s).
    expect(waitSeconds).toBeGreaterThanOrEqual(drains.reduce((sum, ms) => sum + ms, 0) / 1000 + 10 + 5 + 3);
    expect(guide).toContain(`Give it ${waitSeconds} s`);
  });
});
