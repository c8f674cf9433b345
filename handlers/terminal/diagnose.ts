import type { Playbook } from '../../playbooks/playbook.ts';
import { readingPlanOf } from '../../playbooks/playbook-use.ts';
import type { CaseFile } from '../../src/collectors/case-file.ts';
import type { Window } from '../../src/collectors/question.ts';
import { type WindowWish, windowOf } from '../../src/collectors/window.ts';
import type { Diagnosis } from '../../src/diagnosis/diagnosis.ts';
import type { Service } from '../../src/inventory/registry.ts';
import { chartAltText } from '../../src/report/chart-alt-text.ts';
import type { ChartData } from '../../src/report/chart-data.ts';
import { chartDataOf } from '../../src/report/chart-of-diagnosis.ts';
import type { DiagnosisDocument } from '../../src/report/diagnosis-document.ts';
import { diagnosisText } from '../../src/report/diagnosis-text.ts';
import { evidenceText } from '../../src/report/evidence-text.ts';
import { type BundledServer, caseOfBundle } from '../../src/workflows/bundle-diagnosis.ts';
import {
  choosePlaybook,
  type DiagnosedCasesContext,
  diagnoseCases,
} from '../../src/workflows/diagnosed-cases.ts';
import { investigate } from '../../src/workflows/investigation.ts';
import type { Pause } from '../../src/workflows/ports.ts';
import { EXIT } from './context.ts';
import { progressOf } from './progress-lines.ts';
import type { ServerContext } from './server-context.ts';
import { servicesOrTell } from './service-lookup.ts';

export interface DiagnoseOptions extends WindowWish {
  /** A service, server or group; may be left out when only one service is registered. */
  readonly target?: string;
  readonly json?: boolean;
  /** Folder of recorded evidence, instead of servers. */
  readonly bundle?: string;
  /** The unit to look at in a bundle that tells of several. */
  readonly unit?: string;
  readonly chart?: string;
  /** Id of the playbook to follow; that of the service, else gateway-502, when not said. */
  readonly playbook?: string;
  readonly evidence?: string;
  readonly ascii?: boolean;
}

/** What `staunch diagnose` needs besides the terminal and the registry. */
export interface DiagnoseContext extends ServerContext, Omit<DiagnosedCasesContext, 'registry'> {
  readonly pause: Pause;
  readonly timeZone: string;
  readBundle(
    folder: string,
  ): Promise<
    | { readonly ok: true; readonly folders: readonly BundledServer[] }
    | { readonly ok: false; readonly problem: string }
  >;
  keep(documents: readonly DiagnosisDocument[]): Promise<void>;
  /** Writes the chart as PNG or SVG, by the file's ending; answers with the problem, if there is one. */
  writeChart(file: string, chart: ChartData, timeZone: string): Promise<string | undefined>;
}

/** `staunch diagnose`: from a name or a folder to a verdict with its evidence. */
export async function diagnoseCommand(options: DiagnoseOptions, context: DiagnoseContext): Promise<number> {
  const cases =
    options.bundle === undefined
      ? await liveCases(options, context)
      : await bundledCase(options, options.bundle, context);
  if (typeof cases === 'number') return cases;
  if (context.cancel.aborted) {
    context.writeError('Stopped. Nothing is left running on the servers.\n');
    return EXIT.stopped;
  }
  const diagnosed = await diagnoseCases(
    cases.map(({ caseFile }) => caseFile),
    context,
    cases.map(({ playbook }) => playbook),
  );
  if (!diagnosed.ok) return refuse(diagnosed.problem, context);
  const shown = diagnosed.cases.map(c => c.masked);
  await context.keep(shown).catch(() => undefined);

  if (options.json) {
    // Evidence of a local bundle is the person's own files: it is printed as it stands there.
    const printed = options.bundle === undefined ? shown : diagnosed.cases.map(c => c.verbatim);
    context.write(`${JSON.stringify(printed.length === 1 ? printed[0] : printed, null, 2)}\n`);
  } else {
    for (const [i, { masked, diagnosis }] of diagnosed.cases.entries())
      tell(masked, diagnosis, options, context, i > 0);
  }
  const [first] = diagnosed.cases;
  if (options.chart !== undefined && first) {
    const chart = chartDataOf(first.diagnosis);
    const problem = await context.writeChart(options.chart, chart, context.timeZone);
    if (problem !== undefined) {
      context.writeError(`${problem}\n`);
      return EXIT.failed;
    }
    if (!options.json)
      context.write(`\nChart written to ${options.chart}: ${chartAltText(chart, context.timeZone)}\n`);
  }
  const nobody = cases.every(({ caseFile }) => caseFile.hosts.length === 0);
  return nobody ? EXIT.unreachable : EXIT.fine;
}

function tell(
  document: DiagnosisDocument,
  diagnosis: Diagnosis,
  options: DiagnoseOptions,
  context: DiagnoseContext,
  further: boolean,
): void {
  const { columns, colour, timeZone, clock } = context;
  if (further) context.write(`\n${'─'.repeat(Math.min(columns, 100))}\n\n`);
  if (options.evidence !== undefined) {
    context.write(evidenceText(document, options.evidence, { columns, colour, timeZone }));
    return;
  }
  const { unit } = diagnosis.analysis.caseFile;
  context.write(
    diagnosisText(document, {
      columns,
      colour,
      timeZone,
      now: clock.nowMs(),
      chart: chartDataOf(diagnosis),
      unit,
      ...(options.ascii && { ascii: true }),
    }),
  );
}

/** A case, and the playbook it was read for. */
interface ReadCase {
  readonly caseFile: CaseFile;
  readonly playbook: Playbook;
}

async function bundledCase(
  options: DiagnoseOptions,
  folder: string,
  context: DiagnoseContext,
): Promise<readonly ReadCase[] | number> {
  const chosen = await choosePlaybook(options.playbook, context);
  if (!chosen.ok) return refuse(chosen.problem, context);
  const { playbook } = chosen;
  const bundle = await context.readBundle(folder);
  if (!bundle.ok) return refuse(bundle.problem, context);
  const window =
    options.from === undefined && options.since === undefined ? undefined : wishedWindow(options, context);
  if (typeof window === 'number') return window;
  const answer = await caseOfBundle(
    {
      folders: bundle.folders,
      plan: readingPlanOf(playbook),
      ...(options.target !== undefined && { service: options.target }),
      ...(options.unit !== undefined && { unit: options.unit }),
      ...(window && { window }),
    },
    context.pause,
  );
  return answer.ok ? [{ caseFile: answer.caseFile, playbook }] : refuse(answer.problem, context);
}

async function liveCases(
  options: DiagnoseOptions,
  context: DiagnoseContext,
): Promise<readonly ReadCase[] | number> {
  const window = wishedWindow(options, context);
  if (typeof window === 'number') return window;
  const services = await servicesOrTell(options.target, context);
  if (typeof services === 'number') return services;
  const playbooks: Playbook[] = [];
  for (const service of services) {
    const chosen = await choosePlaybook(options.playbook ?? service.playbook, context);
    if (!chosen.ok) return refuse(chosen.problem, context);
    playbooks.push(chosen.playbook);
  }
  const read = await investigateAll(services, window, context, playbooks);
  return read.map(({ caseFile }, i) => ({ caseFile, playbook: playbooks[i] as Playbook }));
}

/**
 * Reads every service at the same time and shows how each server gets on.
 *
 * @param playbooks one for each service: what is read for it; everything when not given
 */
export async function investigateAll(
  services: readonly Service[],
  window: Window,
  context: DiagnoseContext,
  playbooks: readonly Playbook[] = [],
) {
  const progress = progressOf(context);
  const { source, clock, pause, cancel } = context;
  try {
    return await Promise.all(
      services.map((service, i) =>
        investigate(service, window, {
          ...(playbooks[i] && { plan: readingPlanOf(playbooks[i]) }),
          source,
          clock,
          pause,
          cancel,
          progress: progress.show,
        }),
      ),
    );
  } finally {
    progress.end();
  }
}

export function wishedWindow(wish: WindowWish, context: DiagnoseContext): Window | number {
  const answer = windowOf(wish, context.clock.nowMs(), context.timeZone);
  return answer.ok ? answer.window : refuse(answer.problem, context);
}

function refuse(problem: string, context: DiagnoseContext): number {
  context.writeError(`${problem}\n`);
  return EXIT.usage;
}
