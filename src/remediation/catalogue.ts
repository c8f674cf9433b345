import { type ObservedUnit, statedWorkerClass } from './observed-unit.ts';
import type { RemedyId, ServerPlan } from './plan.ts';
import { fileChange } from './planned-file.ts';
import { memoryLimits } from './remedies/memory-limits.ts';
import { oomPolicy } from './remedies/oom-policy.ts';
import { recycleWorker } from './remedies/recycle-worker.ts';
import { recycling } from './remedies/recycling.ts';
import { workerCount } from './remedies/worker-count.ts';
import type { ByHand, DraftAnswer, PlanTerms, Remedy, RemedyDraft, RemedyRefusal, Wish } from './remedy.ts';
import type { Place } from './winning-place.ts';

/** Every remedy that there is. */
export const CATALOGUE: { readonly [R in RemedyId]: Remedy<R> } = {
  recycling,
  'oom-policy': oomPolicy,
  'memory-limits': memoryLimits,
  'worker-count': workerCount,
  'recycle-worker': recycleWorker,
};

export type RemedyAnswer =
  | { readonly kind: 'plan'; readonly plan: ServerPlan; readonly place?: Place }
  /** It cannot be applied from here: what would be written, for a person. */
  | {
      readonly kind: 'by-hand';
      readonly because: RemedyRefusal;
      readonly patches: readonly ByHand[];
      readonly settings: ServerPlan['settings'];
    }
  /** It is so already. */
  | { readonly kind: 'nothing-to-do'; readonly expected: ServerPlan['verification']['expected'] }
  | { readonly kind: 'refused'; readonly refusal: RemedyRefusal };

/**
 * The exact change of one unit on one server. With an unit that the helper saw it is a plan that can be approved; with
 * one of the read side only the patch and the commands for a person. What cannot be done safely is refused by name.
 */
export function planRemedy(unit: ObservedUnit, wish: Wish, terms: PlanTerms): RemedyAnswer {
  const answer = draftOf(unit, wish);
  if (!answer.ok) {
    const { refusal, byHand } = answer;
    return byHand === undefined
      ? { kind: 'refused', refusal }
      : { kind: 'by-hand', because: refusal, patches: [byHand], settings: settingsOf(wish) };
  }
  const { draft } = answer;
  if (draft.inForce) return { kind: 'nothing-to-do', expected: draft.expected };
  const { hostKey, master, activeState } = unit;
  if (unit.from !== 'helper' || hostKey === undefined)
    return {
      kind: 'by-hand',
      because: { reason: 'no-helper' },
      patches: handWork(unit, draft),
      settings: draft.settings,
    };
  if (activeState !== 'active' || master === undefined)
    return { kind: 'refused', refusal: { reason: 'not-running', state: activeState ?? 'unknown' } };
  const changes = draft.files.flatMap(file => fileChange(unit, file) ?? []);
  const { kind } = draft.activation;
  if (changes.length === 0 && (kind === 'reload' || kind === 'restart' || kind === 'daemon-reload'))
    return { kind: 'refused', refusal: { reason: 'waits-for-activation', activation: kind } };
  const workerClass = statedWorkerClass(unit);
  const plan: ServerPlan = {
    schema: 1,
    service: unit.service,
    server: unit.server,
    hostKey,
    unit: unit.unit,
    remedy: wish.remedy,
    settings: draft.settings,
    changes,
    precondition: {
      fragmentPath: unit.fragmentPath ?? '',
      dropInPaths: unit.dropInPaths,
      mainPid: master.pid,
      mainStartTicks: master.startTicks,
      ...(unit.gunicornVersion !== undefined && { gunicornVersion: unit.gunicornVersion }),
      ...(workerClass !== undefined && { workerClass }),
    },
    activation: draft.activation,
    verification: {
      expected: draft.expected,
      workers: draft.workers ?? unit.workers.length,
      workersMustBeNew: draft.activation.kind === 'reload' || draft.activation.kind === 'restart',
      ...(terms.healthUrl !== undefined && { healthUrl: terms.healthUrl }),
      watchMs: terms.watchMs,
      ...(terms.firstRecycleMs !== undefined && { firstRecycleMs: Math.ceil(terms.firstRecycleMs) }),
    },
    confirmWithinSeconds: terms.confirmWithinSeconds,
  };
  return { kind: 'plan', plan, ...(draft.place && { place: draft.place }) };
}

/** Each remedy takes its own wish; the map of both is what the compiler cannot follow. */
function draftOf(unit: ObservedUnit, wish: Wish): DraftAnswer {
  switch (wish.remedy) {
    case 'recycling':
      return recycling.draft(unit, wish);
    case 'oom-policy':
      return oomPolicy.draft(unit, wish);
    case 'memory-limits':
      return memoryLimits.draft(unit, wish);
    case 'worker-count':
      return workerCount.draft(unit, wish);
    case 'recycle-worker':
      return recycleWorker.draft(unit, wish);
  }
}

function settingsOf({ remedy: _, ...settings }: Wish): ServerPlan['settings'] {
  return settings;
}

/** What a person types where Staunch may not: the whole new text of each file is not known to them by hash alone. */
function handWork(unit: ObservedUnit, draft: RemedyDraft): readonly ByHand[] {
  const { activation } = draft;
  if (activation.kind === 'recycle-worker')
    return [{ path: '', lines: [], commands: [`sudo kill -TERM ${activation.pid}`] }];
  const commands = {
    none: [],
    'daemon-reload': ['sudo systemctl daemon-reload'],
    reload: [`sudo systemctl reload ${unit.unit}`],
    restart: ['sudo systemctl daemon-reload', `sudo systemctl restart ${unit.unit}`],
  }[activation.kind];
  return draft.files.map(({ path, content }) => ({
    path,
    lines: Buffer.from(content).toString('utf8').trimEnd().split('\n'),
    commands,
  }));
}
