import { EXIT } from './context.ts';

/** What can be done with the state of a Staunch as a whole. A refusal says what to try. */
export interface StateKeeping {
  readonly folder: string;
  backUp(
    toFile: string,
  ): Promise<
    { readonly ok: true; readonly bytes: number } | { readonly ok: false; readonly problem: string }
  >;
  restore(
    fromFile: string,
  ): Promise<
    { readonly ok: true; readonly keptFile?: string } | { readonly ok: false; readonly problem: string }
  >;
}

export interface StateContext {
  write(text: string): void;
  writeError(text: string): void;
  readonly state: StateKeeping;
}

/** `staunch state backup FILE`: a checked copy of the state as of now; Staunch may go on meanwhile. */
export async function stateBackup(
  { file }: { readonly file: string },
  { state, write, writeError }: StateContext,
): Promise<number> {
  const done = await state.backUp(file);
  if (!done.ok) {
    writeError(`Nothing was backed up. ${done.problem}\n`);
    return EXIT.failed;
  }
  write(
    `Backed up ${state.folder} to ${file} (${sizeWords(done.bytes)}), and checked the copy.\n` +
      'It holds masked evidence and who asked for what: keep it where only you can read it.\n',
  );
  return EXIT.fine;
}

/** `staunch state restore FILE`: puts a backup in the place of the state, and keeps the one that was there. */
export async function stateRestore(
  { file }: { readonly file: string },
  { state, write, writeError }: StateContext,
): Promise<number> {
  const done = await state.restore(file);
  if (!done.ok) {
    writeError(`Nothing was restored, and the state is as it was. ${done.problem}\n`);
    return EXIT.failed;
  }
  write(`Restored ${file} to ${state.folder}. Staunch can be started.\n`);
  if (done.keptFile !== undefined)
    write(`The state before is kept as ${done.keptFile}; delete it when all is well.\n`);
  return EXIT.fine;
}

function sizeWords(bytes: number): string {
  return bytes < 1_048_576 ? `${Math.ceil(bytes / 1_024)} KiB` : `${(bytes / 1_048_576).toFixed(1)} MiB`;
}
