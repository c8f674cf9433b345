import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DiagnosisDocument } from '../report/diagnosis-document.ts';

/** Where Staunch keeps what it must find again: `STAUNCH_STATE_DIR`, else the XDG state folder. */
export function stateFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return (
    environment.STAUNCH_STATE_DIR ??
    join(environment.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'staunch')
  );
}

/** Keeps the last diagnoses, masked, so that `staunch show E4` can open their lines. */
export class KeptDiagnosis {
  readonly #file: string;

  constructor(folder: string = stateFolder()) {
    this.#file = join(folder, 'last-diagnosis.json');
  }

  /** @param documents already masked: nothing else is ever stored */
  async keep(documents: readonly DiagnosisDocument[]): Promise<void> {
    await mkdir(join(this.#file, '..'), { recursive: true, mode: 0o700 });
    const fresh = `${this.#file}.${process.pid}`;
    await writeFile(fresh, JSON.stringify(documents), { mode: 0o600 });
    await rename(fresh, this.#file);
  }

  /** Undefined when nothing was diagnosed yet, or the file is not ours to understand. */
  async last(): Promise<readonly DiagnosisDocument[] | undefined> {
    try {
      return DiagnosisDocument.array().parse(JSON.parse(await readFile(this.#file, 'utf8')));
    } catch {
      return undefined;
    }
  }
}
