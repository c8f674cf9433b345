import type { Recording } from '../../src/collectors/recording.ts';
import type { WindowWish } from '../../src/collectors/window.ts';
import type { Mask } from '../../src/report/masking.ts';
import { maskingOf } from '../../src/workflows/diagnosed-cases.ts';
import { EXIT } from './context.ts';
import { type DiagnoseContext, investigateAll, wishedWindow } from './diagnose.ts';
import { servicesOrTell } from './service-lookup.ts';

export interface CollectOptions extends WindowWish {
  readonly target?: string;
  readonly into: string;
}

export interface CollectContext extends DiagnoseContext {
  writeBundle(
    folder: string,
    recordings: ReadonlyMap<string, readonly Recording[]>,
    mask: Mask,
  ): Promise<
    | { readonly ok: true; readonly files: number; readonly bytes: number }
    | { readonly ok: false; readonly problem: string }
  >;
}

/** `staunch collect`: the same questions as a diagnosis, kept as a masked bundle to look at or pass on. */
export async function collect(options: CollectOptions, context: CollectContext): Promise<number> {
  const window = wishedWindow(options, context);
  if (typeof window === 'number') return window;
  const services = await servicesOrTell(options.target, context);
  if (typeof services === 'number') return services;
  if (services.length > 1) {
    context.writeError(
      `A bundle holds one service; ${options.target} stands for ${services.map(s => s.id).join(', ')}. Collect them one by one.\n`,
    );
    return EXIT.usage;
  }
  const [investigation] = await investigateAll(services, window, context);
  if (context.cancel.aborted) {
    context.writeError('Stopped; no bundle was written.\n');
    return EXIT.stopped;
  }
  if (!investigation || investigation.recordings.size === 0) {
    for (const { server, detail } of investigation?.caseFile.unreached ?? [])
      context.writeError(`${server}: ${detail}\n`);
    return EXIT.unreachable;
  }
  const mask = await maskingOf([investigation.caseFile], context);
  const written = await context.writeBundle(options.into, investigation.recordings, mask);
  if (!written.ok) {
    context.writeError(`${written.problem}\n`);
    return EXIT.failed;
  }
  context.write(
    `${written.files} files, ${Math.max(1, Math.round(written.bytes / 1024))} KB, masked, in ${options.into}\nDiagnose it anywhere with: staunch diagnose --bundle ${options.into}\n`,
  );
  return EXIT.fine;
}
