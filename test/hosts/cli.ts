import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { DiagnosisDocument } from '../../src/report/diagnosis-document.ts';
import { inLab, readerKey } from './lab.ts';

const checkout = join(import.meta.dirname, '..', '..');

/** A `staunch.yml` in the making; the lab's key and known_hosts are added to it. */
export interface Inventory {
  readonly user: 'readonly' | 'limited';
  /** Server name to host address. */
  readonly servers: Readonly<Record<string, string>>;
  readonly services: Readonly<Record<string, object>>;
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  /** Lines of the known_hosts file. */
  readonly knownHosts: readonly string[];
}

/** What one run of `staunch diagnose … --json` gave. */
export interface Diagnosed {
  readonly documents: readonly DiagnosisDocument[];
  readonly tookMs: number;
}

/** Runs the real command line as a user does: in a folder with a `staunch.yml`, on the hosts' network. */
export async function diagnose(
  inventory: Inventory,
  args: readonly string[],
  timeoutMs = 120_000,
): Promise<Diagnosed> {
  const folder = mkdtempSync(join(tmpdir(), 'staunch-hosts-'));
  try {
    const servers = Object.entries(inventory.servers).map(([name, host]) => [name, { host }]);
    const file = {
      defaults: { user: inventory.user, identityFile: readerKey, knownHosts: 'known_hosts' },
      servers: Object.fromEntries(servers),
      services: inventory.services,
      ...(inventory.groups && { groups: inventory.groups }),
    };
    writeFileSync(join(folder, 'staunch.yml'), stringify(file));
    writeFileSync(join(folder, 'known_hosts'), `${inventory.knownHosts.join('\n')}\n`);
    const began = performance.now();
    const command = [join(checkout, 'bin', 'staunch'), 'diagnose', ...args, '--json'];
    const ran = await inLab(command, { cwd: folder, timeoutMs });
    const tookMs = performance.now() - began;
    try {
      const printed: unknown = JSON.parse(ran.out);
      const documents = (Array.isArray(printed) ? printed : [printed]).map(one =>
        DiagnosisDocument.parse(one),
      );
      return { documents, tookMs };
    } catch (error) {
      throw new Error(
        `staunch ${args.join(' ')} ended with ${ran.code}\n${ran.err}\n${ran.out.slice(0, 2000)}`,
        { cause: error },
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** As `diagnose`, for a target of one service. */
export async function diagnoseOne(inventory: Inventory, args: readonly string[]): Promise<DiagnosisDocument> {
  const { documents } = await diagnose(inventory, args);
  const [document] = documents;
  if (!document || documents.length > 1) throw new Error(`expected one diagnosis, got ${documents.length}`);
  return document;
}

/** The gaps of one server as `source kind`, sorted. */
export function gapsOf(document: DiagnosisDocument, server: string): string[] {
  return document.gaps
    .filter(gap => gap.server === server)
    .map(gap => `${gap.source} ${gap.kind}`)
    .sort();
}
