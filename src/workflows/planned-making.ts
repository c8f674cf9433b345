import { readTimeoutOf } from '../advice/gunicorn-review.ts';
import type { CaseFile } from '../collectors/case-file.ts';
import type { Service } from '../inventory/registry.ts';
import { planRemedy, type RemedyAnswer } from '../remediation/catalogue.ts';
import { changePlan } from '../remediation/change-plan.ts';
import type { RemedyId } from '../remediation/plan.ts';
import { planTerms } from '../remediation/plan-terms.ts';
import { isBlocked, isOwnedByOthers, preflight } from '../remediation/preflight.ts';
import type { Tick as FoundTick } from '../remediation/preflight-tick.ts';
import { remedyRefusalWords } from '../report/remedy-refusal-words.ts';
import { byHandBrief } from './by-hand-brief.ts';
import { briefOf, expectedOf, handWorkOf, numbersIn, wordsOf } from './planned-brief.ts';
import type { Planned, Tick } from './planned-change.ts';
import { firstRemedy, type LookedAt, wantedSettings } from './wanted-settings.ts';

/** All that a change is planned from. */
export interface PlanningMaterial {
  readonly service: Service;
  readonly remedy?: RemedyId;
  readonly chosen: Readonly<Record<string, number>>;
  readonly servers: readonly LookedAt[];
  /** Servers that could not be looked at, and why. */
  readonly unseen: readonly { readonly server: string; readonly detail: string }[];
  readonly caseFile: CaseFile;
  mask(text: string): string;
}

interface Answered {
  readonly looked: LookedAt;
  readonly answer: RemedyAnswer;
  readonly ticks: readonly FoundTick[];
}

/** The change of a service: a plan for every server that it fits, or why there is none and what is right instead. */
export function plannedChange(material: PlanningMaterial): Planned {
  const { service, servers, unseen } = material;
  if (servers.length === 0)
    return {
      kind: 'problem',
      problem: `No server of ${service.id} could be looked at. ${unseenWords(unseen)}`,
    };
  const remedy = material.remedy ?? firstRemedy(servers);
  const wanted = servers.map(looked => ({ looked, wanted: wantedSettings(remedy, material.chosen, looked) }));
  const without = wanted.find(each => 'reason' in each.wanted);
  if (without && 'reason' in without.wanted)
    return refused(remedy, without.wanted.reason, insteadOf(remedy, servers), without.wanted.now);
  const answered = wanted.flatMap(({ looked, wanted: want }): Answered[] => {
    if (!('wish' in want)) return [];
    const terms = planTerms(want.wish, service.changes, looked.advice);
    const answer = planRemedy(looked.unit, want.wish, terms);
    return [{ looked, answer, ticks: answer.kind === 'plan' ? ticksOf(looked, answer, material) : [] }];
  });
  return combined(remedy, answered, material);
}

function combined(remedy: RemedyId, answered: readonly Answered[], material: PlanningMaterial): Planned {
  const { service, servers, unseen } = material;
  const plans = answered.flatMap(({ answer }) => (answer.kind === 'plan' ? [answer.plan] : []));
  const ticks = [...merged(answered), ...leftOut(answered, plans.length > 0), ...unseenTicks(unseen)];
  const tiers = service.servers.filter(s => plans.some(p => p.server === s.id)).map(s => s.tier);
  const plan = changePlan(plans, tiers);
  if (plan) {
    const brief = briefOf(remedy, plans, ticks, material);
    const owned = answered.filter(each => isOwnedByOthers(each.ticks));
    const blocking = answered.flatMap(each => each.ticks).filter(tick => tick.state === 'block');
    if (isBlocked(blocking))
      return {
        kind: 'refused',
        reason: [...new Set(blocking.map(tick => tick.text))].join(' '),
        remedy,
        instead: insteadOf(remedy, servers),
        settings: brief.settings,
        brief,
      };
    if (owned.length === 0) return { kind: 'plan', plan, brief };
    const why = owned.flatMap(each => each.ticks.filter(t => t.id === 'owned-by-others').map(t => t.text));
    return {
      kind: 'by-hand',
      why: `${[...new Set(why)].join(' ')} Put the patch where that takes it from; Staunch checks each day whether it is in force.`,
      brief: { ...byHandBrief(brief, plans.map(handWorkOf)), expected: plans.map(expectedOf) },
    };
  }
  const hand = answered.flatMap(({ looked, answer }) =>
    answer.kind === 'by-hand'
      ? [{ server: looked.server, patches: answer.patches, because: answer.because }]
      : [],
  );
  const [first] = hand;
  if (first) {
    const words = wordsOf(remedy, answered, material);
    return {
      kind: 'by-hand',
      why: [...new Set(hand.map(each => remedyRefusalWords(each.because)))].join(' '),
      brief: byHandBrief({ ...words, remedy, ticks, diffs: [], settings: numbersOf(answered) }, hand),
    };
  }
  const reasons = answered.map(({ looked, answer }) => `${looked.server}: ${answerWords(answer)}`);
  return refused(
    remedy,
    [...new Set(reasons)].join(' '),
    insteadOf(remedy, servers),
    numbersNow(remedy, servers),
  );
}

function ticksOf(
  { unit, advice, server }: LookedAt,
  { plan, place }: Extract<RemedyAnswer, { readonly kind: 'plan' }>,
  { caseFile }: PlanningMaterial,
): readonly FoundTick[] {
  const host = caseFile.hosts.find(each => each.server === server);
  const preload = host?.gunicorn?.preload?.value;
  const readTimeoutMs = readTimeoutOf(caseFile)?.readTimeoutMs;
  return preflight({
    unit,
    plan,
    ...(place && { place }),
    ...(advice && { advice }),
    ...(readTimeoutMs !== undefined && { readTimeoutMs }),
    ...(typeof preload === 'boolean' && { preload }),
  });
}

/** What is the same on every server is said once. */
function merged(answered: readonly Answered[]): Tick[] {
  const all = answered.filter(each => each.answer.kind === 'plan');
  const seen = new Map<string, { tick: Tick; servers: string[] }>();
  for (const { looked, ticks } of all)
    for (const { state, text } of ticks) {
      const known = seen.get(text);
      if (known) known.servers.push(looked.server);
      else seen.set(text, { tick: { state, text }, servers: [looked.server] });
    }
  return [...seen.values()].flatMap(({ tick, servers }) =>
    servers.length === all.length ? [tick] : servers.map(server => ({ ...tick, server })),
  );
}

function leftOut(answered: readonly Answered[], hasPlan: boolean): Tick[] {
  if (!hasPlan) return [];
  return answered.flatMap(({ looked: { server }, answer }): Tick[] => {
    if (answer.kind === 'plan') return [];
    if (answer.kind === 'nothing-to-do') return [{ server, state: 'ok', text: answerWords(answer) }];
    return [{ server, state: 'warn', text: `Not part of this change: ${answerWords(answer)}` }];
  });
}

function unseenTicks(unseen: PlanningMaterial['unseen']): Tick[] {
  return unseen.map(({ server, detail }) => ({
    server,
    state: 'warn',
    text: `Not part of this change: it could not be looked at. ${detail}`,
  }));
}

function answerWords(answer: RemedyAnswer): string {
  switch (answer.kind) {
    case 'plan':
      return 'planned';
    case 'nothing-to-do':
      return 'It is so already; nothing is to be done.';
    case 'by-hand':
      return remedyRefusalWords(answer.because);
    case 'refused':
      return remedyRefusalWords(answer.refusal);
  }
}

function refused(
  remedy: RemedyId,
  reason: string,
  instead: readonly string[],
  settings: Readonly<Record<string, number>>,
): Planned {
  return { kind: 'refused', remedy, reason, instead, settings };
}

/** What is right where this is not. */
function insteadOf(remedy: RemedyId, servers: readonly LookedAt[]): string[] {
  const stops = servers.some(({ unit }) => unit.oomPolicy === 'stop');
  return [
    ...(remedy !== 'oom-policy' && stops
      ? ['OOMPolicy=continue: one killed worker then no longer stops the whole service.']
      : []),
    ...(remedy === 'recycling'
      ? [
          'Mend the growth itself: caches without a bound, sessions that are never ended, objects kept between requests.',
          'Until then replace the largest worker by hand when a warning comes: “Replace one worker”.',
        ]
      : []),
  ];
}

function numbersOf(answered: readonly Answered[]): Readonly<Record<string, number>> {
  const by = answered.find(({ answer }) => answer.kind === 'by-hand')?.answer;
  return by?.kind === 'by-hand' ? numbersIn(by.settings) : {};
}

function numbersNow(remedy: RemedyId, [first]: readonly LookedAt[]): Readonly<Record<string, number>> {
  return remedy === 'worker-count' && first ? { workers: first.unit.workers.length } : {};
}

function unseenWords(unseen: PlanningMaterial['unseen']): string {
  return unseen.map(({ server, detail }) => `${server}: ${detail}`).join(' ');
}
