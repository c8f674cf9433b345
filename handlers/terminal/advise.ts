import { type AdviceMaterial, adviseService } from '../../src/advice/service-advice.ts';
import type { CaseFile } from '../../src/collectors/case-file.ts';
import type { WindowWish } from '../../src/collectors/window.ts';
import type { Service } from '../../src/inventory/registry.ts';
import { adviceDocumentOf, withAdviceTextsChanged } from '../../src/report/advice-document.ts';
import { adviceText } from '../../src/report/advice-text.ts';
import { diagnoseCases, maskingOf } from '../../src/workflows/diagnosed-cases.ts';
import { dropsOf } from '../../src/workflows/planning.ts';
import { EXIT } from './context.ts';
import { type DiagnoseContext, investigateAll, wishedWindow } from './diagnose.ts';
import { servicesOrTell } from './service-lookup.ts';

export interface AdviseOptions extends WindowWish {
  readonly target?: string;
  readonly json?: boolean;
  /** From fork to the first answer: nothing that is read tells it. */
  readonly bootSeconds?: string;
}

/** What the watch has kept about a service: what growth is measured from. */
export type WatchedGrowth = Pick<AdviceMaterial, 'lives' | 'traffic' | 'growth'>;

export interface AdviseContext extends DiagnoseContext {
  /** Empty where no watch keeps a state; then growth is not known. */
  watched?(service: Service): Promise<WatchedGrowth>;
}

const LONGEST_BOOT_SECONDS = 600;

/** `staunch advise`: recycling settings computed from what was measured, and a review of the service's set-up. */
export async function advise(options: AdviseOptions, context: AdviseContext): Promise<number> {
  const bootSeconds = options.bootSeconds === undefined ? undefined : Number(options.bootSeconds);
  if (bootSeconds !== undefined && !(bootSeconds > 0 && bootSeconds <= LONGEST_BOOT_SECONDS)) {
    context.writeError(
      `--boot-seconds ${options.bootSeconds} is no number of seconds from 0.1 to ${LONGEST_BOOT_SECONDS}.\n`,
    );
    return EXIT.usage;
  }
  const window = wishedWindow(options, context);
  if (typeof window === 'number') return window;
  const services = await servicesOrTell(options.target, context);
  if (typeof services === 'number') return services;
  const cases = (await investigateAll(services, window, context)).map(i => i.caseFile);
  if (context.cancel.aborted) {
    context.writeError('Stopped. Nothing is left running on the servers.\n');
    return EXIT.stopped;
  }
  const diagnosed = await diagnoseCases(cases, context);
  if (!diagnosed.ok) {
    context.writeError(`${diagnosed.problem}\n`);
    return EXIT.usage;
  }
  const mask = await maskingOf(cases, context);
  const documents = await Promise.all(
    cases.map(async (caseFile, index) => {
      const service = services[index];
      const watched = service && (await context.watched?.(service));
      const dropsSeen = dropsOf(diagnosed.cases[index]?.diagnosis);
      return withAdviceTextsChanged(
        adviceDocumentOf(
          adviseService({
            caseFile,
            ...watched,
            ...(dropsSeen !== undefined && { dropsSeen }),
            ...(bootSeconds !== undefined && { bootSeconds }),
          }),
        ),
        mask,
      );
    }),
  );
  if (options.json)
    context.write(`${JSON.stringify(documents.length === 1 ? documents[0] : documents, null, 2)}\n`);
  else
    context.write(
      documents
        .map(document =>
          adviceText(document, {
            columns: context.columns,
            colour: context.colour,
            timeZone: context.timeZone,
          }),
        )
        .join('\n'),
    );
  return cases.every((c: CaseFile) => c.hosts.length === 0) ? EXIT.unreachable : EXIT.fine;
}
