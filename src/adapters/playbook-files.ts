import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type PlaybookReading,
  type PlaybookShelf,
  type PlaybookText,
  playbookNamed,
  shelve,
} from '../../playbooks/playbook-shelf.ts';
import type { RegistryStore } from '../inventory/registry-store.ts';

const SHIPPED = fileURLToPath(new URL('../../playbooks/', import.meta.url));
/** A playbook is read by people: a larger file is none. */
const MAX_FILE_BYTES = 512 * 1024;

export interface PlaybookPlaces {
  readonly registry: Pick<RegistryStore, 'read'>;
  /** For STAUNCH_PLAYBOOKS: more folders or files, separated as in PATH. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** All playbooks: the shipped ones, and those in the folders that `staunch.yml` and STAUNCH_PLAYBOOKS name. */
export async function loadShelf({ registry, environment = {} }: PlaybookPlaces): Promise<PlaybookShelf> {
  const stored = await registry.read();
  const named = stored.ok ? stored.registry.playbooks : [];
  const added = (environment.STAUNCH_PLAYBOOKS ?? '').split(delimiter).filter(place => place !== '');
  return shelfWith([...named, ...added.map(place => resolve(place))]);
}

/** The shipped playbooks with those at these places (folders or files) on top. */
export async function shelfWith(places: readonly string[]): Promise<PlaybookShelf> {
  const shipped = await textsAt(SHIPPED, name => `playbooks/${name}`);
  const own = await Promise.all(places.map(place => textsAt(place, name => join(place, name))));
  const shelf = shelve(
    shipped.texts,
    own.flatMap(({ texts }) => texts),
  );
  const unread = [shipped, ...own].flatMap(({ problems }) => problems);
  return { ...shelf, problems: [...unread, ...shelf.problems] };
}

/** A shipped playbook by its id. */
export async function loadPlaybook(id: string): Promise<PlaybookReading> {
  return playbookNamed(await shelfWith([]), id);
}

/** Loads a playbook by its id, wherever it is. A place that cannot be read stands in the way of all of them. */
export function playbookLoader(places: PlaybookPlaces): (id: string) => Promise<PlaybookReading> {
  return async id => {
    const shelf = await loadShelf(places);
    const reading = playbookNamed(shelf, id);
    return reading.ok || shelf.problems.length === 0 || shelf.broken.has(id)
      ? reading
      : { ok: false, problems: [...reading.problems, ...shelf.problems] };
  };
}

async function textsAt(
  place: string,
  nameOf: (file: string) => string,
): Promise<{ readonly texts: readonly PlaybookText[]; readonly problems: readonly string[] }> {
  try {
    const isFolder = (await stat(place)).isDirectory();
    const names = isFolder
      ? (await readdir(place)).filter(name => /\.ya?ml$/.test(name)).sort()
      : [basename(place)];
    const texts = names.map(async (name): Promise<PlaybookText> => {
      const path = isFolder ? join(place, name) : place;
      const fileName = isFolder ? nameOf(name) : place;
      const { size } = await stat(path);
      if (size > MAX_FILE_BYTES)
        throw new Error(`${fileName} has ${size} bytes, and a playbook has at most ${MAX_FILE_BYTES}`);
      return { fileName, folder: dirname(path), text: await readFile(path, 'utf8') };
    });
    return { texts: await Promise.all(texts), problems: [] };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const problem =
      code === 'ENOENT'
        ? `${place}: there is no such folder or file: correct "playbooks" in staunch.yml or STAUNCH_PLAYBOOKS, or create it`
        : code === undefined
          ? message
          : `${place}: cannot be read (${code}): check its owner and permissions`;
    return { texts: [], problems: [problem] };
  }
}
