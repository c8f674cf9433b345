import type { ServerAdvice } from '../advice/service-advice.ts';
import type { RemedyAnswer } from '../remediation/catalogue.ts';
import type { RemedyId, ServerPlan } from '../remediation/plan.ts';
import { planDiff } from '../remediation/plan-diff.ts';
import { changeText } from '../report/change-words.ts';
import { diffText } from '../report/diff-text.ts';
import type { HandWork } from './by-hand-brief.ts';
import type { ChangeBrief, ShownDiff, Tick } from './planned-change.ts';
import type { LookedAt } from './wanted-settings.ts';

/** What the words of a change are made from. */
export interface BriefMaterial {
  readonly service: { readonly id: string };
  readonly servers: readonly LookedAt[];
  mask(text: string): string;
}

interface Answered {
  readonly looked: LookedAt;
  readonly answer: RemedyAnswer;
}

/** What people are shown of plans that can be applied. */
export function briefOf(
  remedy: RemedyId,
  plans: readonly ServerPlan[],
  ticks: readonly Tick[],
  { service, servers, mask }: BriefMaterial,
): ChangeBrief {
  const advice = new Map(servers.flatMap(({ server, advice: own }) => (own ? [[server, own] as const] : [])));
  const text = changeText({ service: service.id, tier: 'production', remedy, servers: plans }, advice);
  return {
    remedy,
    what: text.what,
    where: text.where.join('\n'),
    why: text.why,
    ticks,
    diffs: plans.flatMap(plan => diffsOf(plan, mask)),
    effects: text.effects,
    rollback: text.rollback,
    settings: numbersIn(plans[0]?.settings ?? {}),
  };
}

function diffsOf(plan: ServerPlan, mask: (text: string) => string): ShownDiff[] {
  return planDiff(plan).map(diff => ({
    server: plan.server,
    path: diff.path,
    text: diffText(diff).split('\n').map(mask).join('\n'),
  }));
}

/** The same words for a change that a person makes: there is no plan of ours to word. */
export function wordsOf(
  remedy: RemedyId,
  answered: readonly Answered[],
  { service, servers }: BriefMaterial,
): Pick<ChangeBrief, 'what' | 'where' | 'why' | 'effects' | 'rollback'> {
  const plans = answered.flatMap(({ looked, answer }): ServerPlan[] =>
    answer.kind === 'by-hand'
      ? [
          {
            schema: 1,
            service: service.id,
            server: looked.server,
            hostKey: '',
            unit: looked.unit.unit,
            remedy,
            settings: answer.settings,
            changes: [],
            precondition: { fragmentPath: '', dropInPaths: [], mainPid: 0, mainStartTicks: 0 },
            activation: { kind: 'none' },
            verification: { expected: {}, workers: 0, workersMustBeNew: false, watchMs: 0 },
            confirmWithinSeconds: 0,
          },
        ]
      : [],
  );
  const advice = new Map<string, ServerAdvice>(
    servers.flatMap(({ server, advice: own }) => (own ? [[server, own] as const] : [])),
  );
  const { what, why, effects } = changeText(
    { service: service.id, tier: 'production', remedy, servers: plans },
    advice,
  );
  return {
    what,
    where: plans.map(plan => plan.server).join(', '),
    why,
    effects,
    rollback: 'Take the lines out again, and make the same commands take effect once more.',
  };
}

/** What must be in force once a person has put the change in place. */
export function expectedOf({ server, unit, verification }: ServerPlan) {
  return { server, unit, settings: verification.expected };
}

/** Whoever puts the patch in place elsewhere still has to make it take effect. */
export function handWorkOf({ server, unit, activation }: ServerPlan): HandWork {
  const reads = 'sudo systemctl daemon-reload';
  const commands = {
    none: [],
    'daemon-reload': [reads],
    reload: [`sudo systemctl reload ${unit}`],
    restart: [reads, `sudo systemctl restart ${unit}`],
    'recycle-worker': [],
  }[activation.kind];
  return { server, patches: [{ path: '', lines: [], commands }] };
}

/** Of the settings those that a person may change; a process is none. */
export function numbersIn(settings: ServerPlan['settings']): Readonly<Record<string, number>> {
  const numbers = Object.entries(settings).filter(
    (entry): entry is [string, number] =>
      typeof entry[1] === 'number' && !/^(?:pid|startTicks)$/.test(entry[0]),
  );
  return Object.fromEntries(numbers);
}
