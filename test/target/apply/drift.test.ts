import { appendFileSync, chmodSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { serverPlanText } from '../../../src/remediation/plan-digest.ts';
import { seededChance, trustCount, trustSeed } from '../../trust-counts.ts';
import { CONFIG, CONFIG_TEXT, HelperRig, UNIT } from './helper-rig.ts';
import { applyRequest, configPlan } from './plans.ts';

let rig: HelperRig;
afterEach(() => rig.remove());

const acted = () =>
  rig.takeCalls().filter(([name, , verb]) => name === 'systemd-run' || /reload|restart/.test(verb ?? ''));

/** Ways in which a server may have changed between the plan and its approval. */
const DRIFTS: Readonly<Record<string, (chance: () => number) => void>> = {
  'one byte': chance => {
    const bytes = Buffer.from(CONFIG_TEXT);
    const at = Math.floor(chance() * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(rig.path(CONFIG), bytes);
  },
  'one byte more': () => appendFileSync(rig.path(CONFIG), '\n'),
  'the mode': chance => chmodSync(rig.path(CONFIG), [0o600, 0o640, 0o664, 0o755][Math.floor(chance() * 4)]!),
  'a link in its place': () => {
    writeFileSync(`${rig.folder}/elsewhere`, CONFIG_TEXT);
    rig.link(CONFIG, `${rig.folder}/elsewhere`);
  },
  'no file any more': () => rmSync(rig.path(CONFIG)),
  'another unit file that systemd has not read': chance =>
    rig.write(`/etc/systemd/system/${UNIT}`, `[Service]\n# ${chance()}\n`),
  'a drop-in of somebody else': chance =>
    rig.write(`/etc/systemd/system/${UNIT}.d/50-${Math.floor(chance() * 1e9)}.conf`, '[Service]\n'),
  'another main process': () => rig.startUnit(),
};

/** Applies plans to a server that drifted since; answers how many were applied in spite of it. */
async function drifted(rounds: number, control?: string): Promise<string[]> {
  rig = new HelperRig(control === undefined ? {} : { control });
  rig.startUnit();
  const chance = seededChance(trustSeed());
  const names = Object.keys(DRIFTS);
  const applied: string[] = [];
  for (let round = 0; round < rounds; round++) {
    rmSync(rig.path(CONFIG), { force: true });
    rig.write(CONFIG, CONFIG_TEXT);
    rmSync(rig.path(`/etc/systemd/system/${UNIT}.d`), { recursive: true, force: true });
    rmSync(`${rig.folder}/tools/loaded.json`, { force: true });
    const plan = await configPlan(rig);
    rig.daemonReload();
    const name = names[round % names.length]!;
    DRIFTS[name]!(chance);
    rig.takeCalls();
    const { answer } = await rig.ask(applyRequest(plan, `plan-${round}`));
    if (answer.ok !== false || acted().length > 0)
      applied.push(`${name}: ${JSON.stringify(answer).slice(0, 200)}`);
    if (answer.ok) await rig.verb('rollback', { planId: `plan-${round}`, reason: 'next round' });
  }
  return applied;
}

describe('a server that changed since the plan was made', () => {
  it('is not written to, whatever changed', async () => {
    expect(await drifted(trustCount(64, 1000))).toEqual([]);
  }, 3_600_000);

  it('would be written to by a helper that does not compare', async () => {
    const blind = 'def expect_unchanged(plan, found):\n    return show(plan["unit"])\n';
    expect(await drifted(8, blind)).not.toEqual([]);
  }, 600_000);
});

/** Changes one thing somewhere in a plan. */
function mutated(value: unknown, chance: () => number): unknown {
  if (typeof value === 'number') return value + 1 + Math.floor(chance() * 9);
  if (typeof value === 'boolean') return !value;
  if (value === null) return 'x';
  if (typeof value === 'string') {
    const at = Math.floor(chance() * (value.length + 1));
    return `${value.slice(0, at)}${String.fromCharCode(97 + Math.floor(chance() * 26))}${value.slice(at)}`;
  }
  const keys = Object.keys(value as object);
  if (keys.length === 0) return { ...(value as object), x: 1 };
  const key = keys[Math.floor(chance() * keys.length)]!;
  const inner = mutated((value as Record<string, unknown>)[key], chance);
  if (!Array.isArray(value)) return { ...(value as object), [key]: inner };
  return value.map((item: unknown, at) => (String(at) === key ? inner : item));
}

async function appliedMutants(rounds: number, control?: string): Promise<string[]> {
  rig = new HelperRig(control === undefined ? {} : { control });
  rig.startUnit();
  const chance = seededChance(trustSeed());
  const plan = await configPlan(rig);
  const request = applyRequest(plan, 'plan');
  const applied: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const mutant = mutated(plan, chance) as typeof plan;
    const unit = typeof mutant.unit === 'string' ? mutant.unit : UNIT;
    rig.takeCalls();
    const { answer } = await rig.ask({
      ...request,
      unit,
      planId: `plan-${round}`,
      plan: serverPlanText(mutant),
    });
    if (answer.ok !== false || rig.read(CONFIG) !== CONFIG_TEXT || acted().length > 0)
      applied.push(serverPlanText(mutant));
    if (answer.ok) await rig.verb('rollback', { planId: `plan-${round}`, reason: 'next round' });
  }
  return applied;
}

describe('a plan that is not the approved one', () => {
  it('is not applied, whichever field differs', async () => {
    expect(await appliedMutants(trustCount(100, 5000))).toEqual([]);
  }, 3_600_000);

  it('would be applied by a helper that does not compare digests', async () => {
    const blind = `
check_request_really = check_request
def check_request(request):
    if 'digest' in request:
        request['digest'] = sha256(request['plan'].encode())
    return check_request_really(request)
`;
    expect(await appliedMutants(100, blind)).not.toEqual([]);
  }, 600_000);
});
