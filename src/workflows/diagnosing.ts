import { readingPlanOf } from '../../playbooks/playbook-use.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import type { Service } from '../inventory/registry.ts';
import { problemText } from '../inventory/registry-problem.ts';
import { findTarget } from '../inventory/target.ts';
import { chartAltText } from '../report/chart-alt-text.ts';
import { focusOf } from '../report/chart-focus.ts';
import { chartDataOf } from '../report/chart-of-diagnosis.ts';
import { incidentChart } from '../report/incident-chart.ts';
import { choosePlaybook, type DiagnosedCasesContext, diagnoseCases } from './diagnosed-cases.ts';
import { investigate } from './investigation.ts';
import type {
  Investigated,
  InvestigationRequest,
  Investigator,
  ProgressListener,
} from './investigator-port.ts';
import type { Clock, Log, Pause, Source } from './ports.ts';

/** Draws an SVG as PNG; `detail` says why it could not. */
export type DrawPng = (
  svg: string,
) => Promise<
  { readonly ok: true; readonly png: Uint8Array } | { readonly ok: false; readonly detail: string }
>;

export interface DiagnosingContext extends DiagnosedCasesContext {
  readonly source: Source;
  readonly clock: Clock;
  readonly pause: Pause;
  readonly draw: DrawPng;
  readonly log: Log;
}

/** More problems of one file than this are not read by anybody at once. */
const NAMED_PROBLEMS = 3;

/** An investigator in this very thread: reads the servers, reasons, masks and draws. */
export class Diagnosing implements Investigator {
  readonly #context: DiagnosingContext;

  constructor(context: DiagnosingContext) {
    this.#context = context;
  }

  async investigate(
    request: InvestigationRequest,
    progress: ProgressListener,
    cancel: AbortSignal,
  ): Promise<Investigated> {
    try {
      return await this.#diagnose(request, progress, cancel);
    } catch (error) {
      // A bug of ours must not leave the person without an answer.
      this.#context.log.error({ err: error, service: request.service }, 'A diagnosis ended in a fault');
      return {
        ok: false,
        problem: `Staunch met a fault of its own while it diagnosed ${request.service} (${nameOf(error)}); the details are in its log. Nothing was changed on the servers. Try a shorter window, or "staunch diagnose ${request.service}" in a terminal.`,
      };
    }
  }

  async close(): Promise<void> {
    await this.#context.source.close();
  }

  async #diagnose(
    request: InvestigationRequest,
    progress: ProgressListener,
    cancel: AbortSignal,
  ): Promise<Investigated> {
    const { source, clock, pause } = this.#context;
    const found = await this.#serviceOf(request.service);
    if ('problem' in found) return { ok: false, problem: found.problem };
    const chosen = await choosePlaybook(request.playbook ?? found.service.playbook, this.#context);
    if (!chosen.ok) return chosen;
    const { playbook } = chosen;
    const { caseFile } = await investigate(found.service, request.window, {
      plan: readingPlanOf(playbook),
      source,
      clock,
      pause,
      cancel,
      progress,
    });
    if (cancel.aborted)
      return {
        ok: false,
        problem: `The diagnosis of ${request.service} was stopped before it was done. Nothing is left running on the servers. Ask again when you want it.`,
      };
    await pause();
    const diagnosed = await diagnoseCases([caseFile], this.#context, [playbook]);
    if (!diagnosed.ok) return diagnosed;
    const [first] = diagnosed.cases;
    if (!first) throw new Error('one case was reasoned about and none came back');
    await pause();
    const chart = caseFile.hosts.length === 0 ? undefined : await this.#drawn(first.diagnosis, request);
    return { ok: true, document: first.masked, ...(chart && { chart }) };
  }

  async #serviceOf(name: string): Promise<{ readonly service: Service } | { readonly problem: string }> {
    const { registry } = this.#context;
    const stored = await registry.read();
    if (!stored.ok) {
      const named = stored.problems.slice(0, NAMED_PROBLEMS).map(problemText).join('\n');
      const more = stored.problems.length - NAMED_PROBLEMS;
      return {
        problem: `${registry.file} cannot be used, so nobody knows which servers ${name} runs on:\n${named}${more > 0 ? `\nand ${more} more` : ''}\nMend the file where Staunch runs ("staunch doctor" checks it) and ask again.`,
      };
    }
    const service = stored.registry.services.get(name);
    if (service) return { service };
    const target = findTarget(stored.registry, name);
    const near = 'unknown' in target ? target.nearest : target.services.map(s => s.id);
    const known = [...stored.registry.services.keys()];
    const hint =
      near.length > 0
        ? `Did you mean ${near.join(' or ')}?`
        : known.length > 0
          ? `Registered are: ${known.join(', ')}.`
          : 'No service is registered yet: "staunch server add USER@HOST" registers the first one.';
    return { problem: `There is no service "${name}" in ${registry.file}. ${hint}` };
  }

  async #drawn(diagnosis: Diagnosis, { service, timeZone }: InvestigationRequest) {
    const data = chartDataOf(diagnosis, focusOf(diagnosis));
    const { errors, kills, restarts, workers } = data;
    // An empty picture says less than the words do.
    if ([errors, kills, restarts, workers].every(drawn => drawn.length === 0)) return undefined;
    const image = await this.#context.draw(incidentChart(data, { timeZone }));
    if (image.ok) return { png: image.png, altText: chartAltText(data, timeZone) };
    this.#context.log.warn({ service, detail: image.detail }, 'A chart could not be drawn');
    return undefined;
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
