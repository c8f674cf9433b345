import { resolve } from 'node:path';
import type { DiagnoseContext } from '../../../handlers/terminal/diagnose.ts';
import { readBundle } from '../../../src/adapters/bundle-source.ts';
import { loadPlaybook } from '../../../src/adapters/playbook-files.ts';
import { readRegistry } from '../../../src/inventory/registry-reading.ts';
import type { DiagnosisDocument } from '../../../src/report/diagnosis-document.ts';
import { RecordedSource } from '../../workflows/recorded-source.ts';

export const RECORDINGS = `${resolve(import.meta.dirname, '../../../practice/recordings')}/`;
export const REGISTRY = `
servers:
  lab1: { host: 10.213.0.11, user: readonly }
  spare: { host: 10.213.0.12, user: readonly }
services:
  checkout: { unit: gunicorn.service, servers: [lab1] }
  search: { unit: search.service, servers: [lab1] }
groups:
  shop: [checkout, search]
`;

/** A written terminal before a recorded server; `null` for a registry that does not exist yet. */
export function terminal(registryText: string | null = REGISTRY, more: Partial<DiagnoseContext> = {}) {
  const out: string[] = [];
  const errors: string[] = [];
  const kept: (readonly DiagnosisDocument[])[] = [];
  const base = { folder: '/etc/staunch', home: '/home/me' };
  const context: DiagnoseContext = {
    write: text => void out.push(text),
    writeError: text => void errors.push(text),
    source: new RecordedSource('oom-continue-bookworm-vm'),
    clock: { nowMs: () => Date.parse('2026-11-22T10:30:00Z') },
    pause: async () => {},
    timeZone: 'UTC',
    isTty: false,
    colour: false,
    columns: 100,
    cancel: new AbortController().signal,
    pseudonymKey: 'a key that only this test knows',
    registry: {
      file: 'staunch.yml',
      read: async () => {
        if (registryText === null)
          return {
            ok: false,
            absent: true,
            problems: [{ file: 'staunch.yml', path: [], message: 'there is no such file' }] as never,
          };
        const reading = readRegistry(registryText, 'staunch.yml', base);
        return reading.ok ? reading : { ok: false, absent: false, problems: reading.problems };
      },
      preview: async () => ({ ok: false, absent: false, problems: [] }),
      add: async () => ({ ok: false, problems: [] }),
    },
    readBundle,
    playbook: loadPlaybook,
    keep: async documents => void kept.push(documents),
    writeChart: async () => undefined,
    ...more,
  };
  return { context, out: () => out.join(''), errors: () => errors.join(''), kept };
}
