import type { ObservedFile, ObservedUnit } from './observed-unit.ts';
import type { FileChange } from './plan.ts';
import { sha256 } from './plan-digest.ts';

/** Larger files are not read and not written: a configuration is small. */
const MOST_BYTES = 65_536;
/** Of a file that is not there yet: root's, readable by the service. */
const NEW_FILE = { mode: 0o644, uid: 0, gid: 0 } as const;

/** A file with the bytes it shall have. */
export interface PlannedFile {
  readonly path: string;
  readonly content: Uint8Array;
}

/** Why a file cannot be the place. */
export type TargetRefusal =
  /** It is not among the files that the helper may change on that server. */
  | { readonly reason: 'file-not-allowed'; readonly path: string }
  | { readonly reason: 'file-is-link'; readonly path: string; readonly target: string }
  /** Larger than 64 KiB, or its content is not known. */
  | { readonly reason: 'file-not-read'; readonly path: string }
  /** The helper names no drop-in of this unit. */
  | { readonly reason: 'no-drop-in'; readonly unit: string }
  /** Read after ours, so that it may set the same and win. */
  | { readonly reason: 'later-drop-in'; readonly path: string; readonly ours: string }
  /** No file of this unit lasts: it is made anew at boot, or lives as long as the process. */
  | { readonly reason: 'unit-ephemeral'; readonly fragmentPath: string };

/** The file to be changed; one that does not exist yet has no content. */
export function targetFile(unit: ObservedUnit, path: string): ObservedFile | TargetRefusal {
  const file = unit.files.get(path);
  if (file === undefined) return { reason: 'file-not-allowed', path };
  if (file.link !== undefined) return { reason: 'file-is-link', path, target: file.link };
  if (file.exists && file.content === undefined) return { reason: 'file-not-read', path };
  return file;
}

/** Staunch's drop-in of the unit, when nothing of a later name can undo what it says. */
export function targetDropIn(unit: ObservedUnit): ObservedFile | TargetRefusal {
  if (unit.ephemeral) return { reason: 'unit-ephemeral', fragmentPath: unit.fragmentPath ?? '(none)' };
  const folder = `/etc/systemd/system/${unit.unit}.d/`;
  const path = [...unit.files.keys()].find(one => one.startsWith(folder) && one.endsWith('.conf'));
  if (path === undefined) return { reason: 'no-drop-in', unit: unit.unit };
  // systemd sorts all drop-ins by file name, whatever folder they are in, and the last one wins.
  const later = unit.dropInPaths.find(other => other !== path && nameOf(other) > nameOf(path));
  if (later !== undefined) return { reason: 'later-drop-in', path: later, ours: path };
  return targetFile(unit, path);
}

export const isRefusal = (target: ObservedFile | TargetRefusal): target is TargetRefusal =>
  'reason' in target;

/** The exact change of one file; undefined when it has these bytes already. */
export function fileChange(unit: ObservedUnit, { path, content }: PlannedFile): FileChange | undefined {
  const file = unit.files.get(path);
  const before = file?.exists === true ? (file.state ?? null) : null;
  const digest = sha256(content);
  if (before?.sha256 === digest) return undefined;
  const { mode, uid, gid } = before ?? NEW_FILE;
  const seen = file?.content === undefined ? {} : { base64: base64Of(file.content) };
  return {
    path,
    before: before && { ...before, ...seen },
    after: { sha256: digest, mode, uid, gid, base64: base64Of(content) },
  };
}

export const isTooLarge = (content: Uint8Array): boolean => content.length > MOST_BYTES;

function base64Of(content: Uint8Array): string {
  return Buffer.from(content).toString('base64');
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
