const ADDRESS = /^[0-9.]+$|:/;

/**
 * Names of another tool to ids that `staunch.yml` allows, all different. A long host name becomes its first
 * label where that is enough to tell the servers apart.
 */
export function serverIds(names: Iterable<string>): Map<string, string> {
  const all = [...new Set(names)];
  const times = new Map<string, number>();
  for (const name of all) times.set(shortOf(name), (times.get(shortOf(name)) ?? 0) + 1);
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  for (const name of all) {
    const wanted = times.get(shortOf(name)) === 1 ? shortOf(name) : sanitised(name);
    let id = wanted;
    for (let number = 2; taken.has(id); number++) id = `${wanted}-${number}`;
    taken.add(id);
    ids.set(name, id);
  }
  return ids;
}

function shortOf(name: string): string {
  return sanitised(ADDRESS.test(name) ? name : name.split('.', 1)[0]!);
}

function sanitised(name: string): string {
  const letters = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return letters.replace(/^-|-$/g, '') || 'server';
}
