import { nearestNames } from '../src/inventory/nearest-name.ts';
import { suggestionText } from '../src/inventory/registry-problem.ts';
import type { Extension, Playbook } from './playbook.ts';
import { type PlaybookDraft, parsePlaybook } from './playbook-parsing.ts';
import { referenceFaults } from './playbook-references.ts';

/** A playbook's file: its text, and its name for people. */
export interface PlaybookText {
  readonly fileName: string;
  /** The folder it stands in: the bundles of its fixtures are found from there. */
  readonly folder: string;
  readonly text: string;
}

/** A playbook that can be used, and where it is from. */
export interface ShelvedPlaybook {
  readonly playbook: Playbook;
  readonly fileName: string;
  readonly folder: string;
  /** `own` stands in a folder that `playbooks:` names; also where it takes the place of a shipped one. */
  readonly origin: 'shipped' | 'own';
}

/** All playbooks there are, by id, and what is wrong with those that cannot be used. */
export interface PlaybookShelf {
  readonly playbooks: ReadonlyMap<string, ShelvedPlaybook>;
  readonly problems: readonly string[];
  /** The problems of the playbook that would have this id. */
  readonly broken: ReadonlyMap<string, readonly string[]>;
}

export type PlaybookReading =
  | { readonly ok: true; readonly playbook: Playbook }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Puts the shipped playbooks and people's own on one shelf. An id of one's own that a shipped playbook has
 * takes its place, if the file says so: by `extends` with the same id, or by `replaces: true`.
 */
export function shelve(shipped: readonly PlaybookText[], own: readonly PlaybookText[]): PlaybookShelf {
  const shelf = new Shelf();
  shelf.put(shipped, 'shipped');
  shelf.put(own, 'own');
  return shelf;
}

/** The playbook with this id, or why it cannot be used. */
export function playbookNamed(shelf: PlaybookShelf, id: string): PlaybookReading {
  const broken = shelf.broken.get(id);
  if (broken) return { ok: false, problems: broken };
  const found = shelf.playbooks.get(id);
  if (found) return { ok: true, playbook: found.playbook };
  const known = [...shelf.playbooks.keys()];
  const hint = suggestionText(nearestNames(id, known), known, 'playbook');
  return {
    ok: false,
    problems: [
      `there is no playbook "${id}"${hint}${hint.endsWith('?') ? '' : '.'} "staunch playbook list" names them all.`,
    ],
  };
}

type Placed = PlaybookDraft & Pick<PlaybookText, 'folder'>;

class Shelf implements PlaybookShelf {
  readonly playbooks = new Map<string, ShelvedPlaybook>();
  readonly problems: string[] = [];
  readonly broken = new Map<string, readonly string[]>();

  put(texts: readonly PlaybookText[], origin: ShelvedPlaybook['origin']): void {
    const drafts = new Map<string, Placed>();
    const below = new Map(this.playbooks);
    for (const { text, fileName, folder } of texts) {
      const parsed = parsePlaybook(text, fileName);
      if (!parsed.ok) {
        this.#refuse(parsed.id, parsed.problems);
        continue;
      }
      const { draft } = parsed;
      const { id } = draft.file;
      const other = drafts.get(id);
      if (other) {
        const message = `id is "${id}", as in ${other.fileName}: give one of the two another id`;
        this.#refuse(id, [draft.told({ path: ['id'], message })]);
      } else drafts.set(id, { ...draft, folder });
    }
    for (const draft of drafts.values()) this.#finish(draft, drafts, below, origin, new Set());
  }

  /** Finishes what a playbook extends before the playbook itself. */
  #finish(
    draft: Placed,
    drafts: ReadonlyMap<string, Placed>,
    below: ReadonlyMap<string, ShelvedPlaybook>,
    origin: ShelvedPlaybook['origin'],
    way: Set<string>,
  ): undefined {
    const { file, fileName, folder } = draft;
    if (this.playbooks.get(file.id)?.fileName === fileName || this.broken.has(file.id)) return undefined;
    way.add(file.id);
    let base: Playbook | undefined;
    if (file.extends !== undefined) {
      const sibling = file.extends === file.id ? undefined : drafts.get(file.extends);
      if (sibling && way.has(file.extends)) {
        const message = `extends is "${file.extends}", which in turn extends this one: one of the two must stand alone`;
        return this.#refuse(file.id, [draft.told({ path: ['extends'], message })]);
      }
      if (sibling) this.#finish(sibling, drafts, below, origin, way);
      base = (sibling ? this.playbooks : below).get(file.extends)?.playbook;
      if (base === undefined) {
        const known = [...new Set([...below.keys(), ...drafts.keys()])].filter(id => id !== file.id);
        const message = this.broken.has(file.extends)
          ? `extends is "${file.extends}", which cannot be used itself: mend that one first`
          : `extends is "${file.extends}": expected the id of a playbook${suggestionText(nearestNames(file.extends, known), known, 'playbook')}`;
        return this.#refuse(file.id, [draft.told({ path: ['extends'], message })]);
      }
    } else if (below.has(file.id) && file.replaces !== true) {
      const message = `id is "${file.id}", which is a shipped playbook: add "replaces: true" to take its place, "extends: ${file.id}" to add to it, or choose another id`;
      return this.#refuse(file.id, [draft.told({ path: ['id'], message })]);
    }
    if (file.replaces === true && !below.has(file.id)) {
      const known = [...below.keys()];
      const message = `replaces is true, and no shipped playbook is named "${file.id}"${suggestionText(nearestNames(file.id, known), known, 'playbook')}; or leave "replaces" out`;
      return this.#refuse(file.id, [draft.told({ path: ['replaces'], message })]);
    }
    const faults = referenceFaults(file, base);
    if (faults.length > 0) return this.#refuse(file.id, faults.map(draft.told));
    const playbook = base ? extended(base, file as Extension) : (file as Playbook);
    this.playbooks.set(file.id, { playbook, fileName, folder, origin });
    return undefined;
  }

  #refuse(id: string | undefined, problems: readonly string[]): undefined {
    this.problems.push(...problems);
    if (id !== undefined) this.broken.set(id, [...(this.broken.get(id) ?? []), ...problems]);
    return undefined;
  }
}

/**
 * A playbook with another one on top: words, watch and endings of the upper one count; causes and steps of the
 * upper one come first, and those with an id of the lower one stand in its place.
 */
function extended(base: Playbook, { extends: _, ...own }: Extension): Playbook {
  return {
    ...base,
    ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)),
    id: own.id,
    hypotheses: [...new Set([...base.hypotheses, ...(own.hypotheses ?? [])])],
    causes: onTop(base.causes ?? [], own.causes ?? []),
    steps: onTop(base.steps, own.steps ?? []),
    fixtures: own.fixtures,
    ...(base.collectors &&
      own.collectors && { collectors: [...new Set([...base.collectors, ...own.collectors])] }),
  };
}

function onTop<Entry extends { readonly id: string }>(
  base: readonly Entry[],
  own: readonly Entry[],
): Entry[] {
  const taken = (id: string) => own.find(entry => entry.id === id);
  const added = own.filter(({ id }) => !base.some(entry => entry.id === id));
  return [...added, ...base.map(entry => taken(entry.id) ?? entry)];
}
