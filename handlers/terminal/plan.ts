import { REMEDIES } from '../../src/remediation/plan.ts';
import { safeText } from '../../src/report/safe-text.ts';
import type { Planner } from '../../src/workflows/change-ports.ts';
import type { ChangeBrief, Planned, Tick } from '../../src/workflows/planned-change.ts';
import { EXIT, type TerminalContext } from './context.ts';
import type { ServerContext } from './server-context.ts';
import { servicesOrTell } from './service-lookup.ts';

export interface PlanOptions {
  readonly target?: string;
  readonly remedy?: string;
  /** `name=number`, several. */
  readonly set?: readonly string[];
  readonly json?: boolean;
}

export type PlanContext = Pick<TerminalContext, 'write' | 'writeError' | 'cancel'> &
  Pick<ServerContext, 'registry'> & { planner(): Promise<Planner> };

const SIGNS: Readonly<Record<Tick['state'], string>> = { ok: '✓', warn: '!', block: '✗' };

/**
 * `staunch plan [service]`: the change that would help, with its diff, what was looked at before, and the commands for a
 * human. It changes nothing; approving is for the chat, where others see it.
 */
export async function plan(options: PlanOptions, context: PlanContext): Promise<number> {
  const remedy = REMEDIES.find(each => each === options.remedy);
  if (options.remedy !== undefined && remedy === undefined) {
    context.writeError(`--remedy ${safeText(options.remedy, 60)} is none of ${REMEDIES.join(', ')}.\n`);
    return EXIT.usage;
  }
  const settings: Record<string, number> = {};
  for (const each of options.set ?? []) {
    const found = /^(?<name>[a-zA-Z]{1,40})=(?<value>\d{1,15})$/.exec(each)?.groups;
    if (!found) {
      context.writeError(`--set ${safeText(each, 60)} is not NAME=NUMBER, such as maxRequests=1800.\n`);
      return EXIT.usage;
    }
    settings[found.name ?? ''] = Number(found.value);
  }
  const services = await servicesOrTell(options.target, context);
  if (typeof services === 'number') return services;
  const planner = await context.planner();
  let code: number = EXIT.fine;
  for (const { id } of services) {
    const planned = await planner.plan({ service: id, ...(remedy && { remedy }), settings }, context.cancel);
    if (options.json) context.write(`${JSON.stringify(planned, null, 2)}\n`);
    else context.write(planText(id, planned));
    if (planned.kind === 'problem') code = EXIT.failed;
  }
  return code;
}

function planText(service: string, planned: Planned): string {
  switch (planned.kind) {
    case 'problem':
      return `${safeText(planned.problem)}\n`;
    case 'refused':
      return [
        `${service}: nothing is proposed. ${safeText(planned.reason)}`,
        ...planned.instead.map(text => `  instead: ${text}`),
        ...ticksOf(planned.brief?.ticks ?? []),
        '',
      ].join('\n');
    case 'by-hand':
      return `${briefText(planned.brief)}\nBy hand: ${safeText(planned.why)}\n${commandsOf(planned.brief)}`;
    case 'plan':
      return `${briefText(planned.brief)}\nIt is approved in chat, where others see it: @staunch plan ${service}\n`;
  }
}

function briefText({ what, where, why, diffs, ticks, effects, rollback }: ChangeBrief): string {
  return [
    safeText(what),
    ...where.split('\n').map(text => `  ${safeText(text)}`),
    ...why.map(text => `  why: ${safeText(text)}`),
    '',
    ...diffs.flatMap(({ server, text }) => [`${server}:`, ...text.split('\n').map(row => safeText(row)), '']),
    ...ticksOf(ticks),
    ...effects.map(text => `  expected: ${safeText(text)}`),
    `  way back: ${safeText(rollback)}`,
  ].join('\n');
}

function ticksOf(ticks: readonly Tick[]): string[] {
  return ticks.map(
    ({ server, state, text }) =>
      `  ${SIGNS[state]} ${server === undefined ? '' : `${safeText(server, 80)}: `}${safeText(text)}`,
  );
}

function commandsOf({ commands = [] }: ChangeBrief): string {
  return commands
    .map(
      ({ server, lines }) =>
        `On ${safeText(server, 80)}:\n${lines.map(each => `  ${safeText(each)}`).join('\n')}\n`,
    )
    .join('');
}
