import type { Parcel } from './state-ports.ts';
import type { Warning, WarningView, WarningWords } from './warning-ports.ts';

/** A chart as it is put into a thread. */
export interface GrowthChartImage {
  readonly png: Uint8Array;
  readonly altText: string;
}

/** Kills come in numbers; the thread hears of them at most once in this time, the root counts them all. */
const KILLS_APART_MS = 15 * 60_000;

/** Key of a warning's root message: what comes later of the same trouble stands in its thread. */
export function warningRootKey({ id }: Pick<Warning, 'id'>): string {
  return `${id}/root`;
}

/** All that is said of a step: the one message posted or edited, and in its thread what should ping. */
export function tellingParcels(
  view: WarningView,
  chart: GrowthChartImage | undefined,
  words: WarningWords,
): readonly Parcel[] {
  const { warning, telling } = view;
  const { atMs } = warning.growth;
  switch (telling?.kind) {
    case 'warn':
      return [rootPost(view, words), ...chartUpload(warning, chart)];
    case 'raise':
      return [
        rootEdit(view, words),
        reply(warning, `raised/${atMs}`, words.raised(view)),
        ...chartUpload(warning, chart),
      ];
    case 'resolve':
      return [rootEdit(view, words), reply(warning, `resolved/${atMs}`, words.resolved(view))];
    default:
      return [rootEdit(view, words)];
  }
}

/** A kill that came while the warning stood: counted in the root, told in its thread. */
export function killParcels(view: WarningView, atMs: number, words: WarningWords): readonly Parcel[] {
  const { warning } = view;
  const spell = Math.floor(atMs / KILLS_APART_MS);
  return [rootEdit(view, words), reply(warning, `killed/${spell}`, words.killed(view))];
}

/** The root brought up to date: a key of all edits, so that one which still waits gives way to a newer one. */
export function rootEdit(view: WarningView, words: WarningWords): Parcel {
  const { warning } = view;
  return {
    ...placeOf(warning),
    key: `${warningRootKey(warning)}/edit`,
    kind: 'update',
    target: warningRootKey(warning),
    message: words.warning(view),
  };
}

function rootPost(view: WarningView, words: WarningWords): Parcel {
  const { warning } = view;
  return {
    ...placeOf(warning),
    key: warningRootKey(warning),
    kind: 'post',
    message: words.warning(view),
  };
}

function reply(warning: Warning, what: string, message: ReturnType<WarningWords['raised']>): Parcel {
  return {
    ...placeOf(warning),
    inThreadOf: warningRootKey(warning),
    key: `${warning.id}/${what}`,
    kind: 'post',
    message,
  };
}

function chartUpload(warning: Warning, chart: GrowthChartImage | undefined): readonly Parcel[] {
  if (chart === undefined) return [];
  return [
    {
      ...placeOf(warning),
      inThreadOf: warningRootKey(warning),
      key: `${warning.id}/chart/${warning.growth.atMs}`,
      kind: 'upload',
      file: {
        name: `${warning.service}-memory.png`,
        title: `Worker memory of ${warning.service}`,
        altText: chart.altText,
        bytes: chart.png,
      },
    },
  ];
}

function placeOf({ id, channel }: Warning) {
  return { incidentId: id, channel };
}
