import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { planRemedy } from '../../src/remediation/catalogue.ts';
import type { ServerPlan } from '../../src/remediation/plan.ts';
import { serverPlanText, sha256 as sha256Of } from '../../src/remediation/plan-digest.ts';
import { planOf, RECYCLING, SET_UPS, TERMS, WORKERS, wishesFor } from './host-setups.ts';
import { CONFIG, DROP_IN, SimulatedHost, UNIT } from './simulated-host.ts';

const PARTS = new URL('../../target/apply/', import.meta.url);

const parts = readdirSync(PARTS).filter(name => name.endsWith('.py') && !name.startsWith('90'));
const source = parts.sort().map(name => readFileSync(new URL(name, PARTS), 'utf8'));

/** The helper's own judges of plans, given what they would see on the server: what each is refused with, or `ok`. */
function judged(host: SimulatedHost, plans: readonly ServerPlan[]): readonly string[] {
  const { unitState, master } = host.state();
  const given = {
    source: source.join('\n'),
    texts: plans.map(serverPlanText),
    unit: UNIT,
    config: CONFIG,
    before: host.files.get(CONFIG)?.bytes.toString('base64') ?? '',
    shown: unitState,
    environment: master?.environment ?? {},
  };
  const program = `
import base64, json, sys
given = json.load(sys.stdin)
space = {'__name__': 'helper'}
exec(compile(given['source'], 'helper', 'exec'), space)
space['environment_of'] = lambda pid: given['environment']
def judge(text):
    plan = space['check_plan'](text, given['unit'])
    for change in plan['changes']:
        after = base64.b64decode(change['after']['base64'])
        if change['path'] == given['config']:
            space['allow_config'](change['path'], base64.b64decode(given['before']), after)
        else:
            space['allow_drop_in'](change['path'], after, given['shown'], 1)
for text in given['texts']:
    try:
        judge(text)
        print('ok')
    except space['Refusal'] as refusal:
        print(json.dumps([refusal.code, refusal.detail]))
`;
  const run = spawnSync('python3', ['-c', program], { input: JSON.stringify(given), encoding: 'utf8' });
  expect(run.stderr).toBe('');
  return run.stdout.trim().split('\n');
}

describe('the helper on the server', () => {
  it.each(Object.keys(SET_UPS))('accepts every plan that is made, options being %s', place => {
    const host = new SimulatedHost(SET_UPS[place]!);
    const plans = wishesFor(host).map(wish => planOf(planRemedy(host.observe(), wish, TERMS)));
    expect(judged(host, plans)).toEqual(plans.map(() => 'ok'));
  });

  it.each(Object.keys(SET_UPS))('accepts a second plan beside the first, options being %s', place => {
    const host = new SimulatedHost(SET_UPS[place]!);
    host.apply(planOf(planRemedy(host.observe(), RECYCLING, TERMS)));
    expect(judged(host, [planOf(planRemedy(host.observe(), WORKERS, TERMS))])).toEqual(['ok']);
  });

  it('would refuse a drop-in that starts something else', () => {
    const host = new SimulatedHost(SET_UPS['on ExecStart']!);
    const plan = planOf(planRemedy(host.observe(), RECYCLING, TERMS));
    const other = plan.changes.map(change => {
      const text = Buffer.from(change.after.base64, 'base64').toString('utf8').replace('app:app', 'evil:app');
      const bytes = Buffer.from(text);
      const sha256 = sha256Of(bytes);
      return {
        ...change,
        path: DROP_IN,
        after: { ...change.after, sha256, base64: bytes.toString('base64') },
      };
    });
    expect(judged(host, [{ ...plan, changes: other }])[0]).toMatch(/not-allowed.*may differ/);
  });
});
