/** Inventories in use have hundreds of hosts; a slip such as [1:99999999] must not fill the memory. */
const MOST_HOSTS = 2_000;

const RANGE = /\[(?<from>\d+|[A-Za-z]):(?<to>\d+|[A-Za-z])(?::(?<step>\d+))?\]/;

/**
 * The hosts an Ansible pattern stands for: `web[01:20].example.com` is twenty, `db-[a:c]` three. Both ends are
 * included and leading zeros kept. Source: Ansible, "Adding ranges of hosts". Undefined for a range that
 * makes no sense or too many hosts.
 */
export function hostsInRange(pattern: string): string[] | undefined {
  let names = [pattern];
  for (let match = RANGE.exec(names[0]!); match?.groups; match = RANGE.exec(names[0]!)) {
    const values = valuesOf(match.groups.from!, match.groups.to!, Number(match.groups.step ?? 1));
    if (values === undefined || names.length * values.length > MOST_HOSTS) return undefined;
    names = names.flatMap(name => values.map(value => name.replace(RANGE, value)));
  }
  return /[[\]]/.test(names[0]!) && !/^\[[0-9A-Fa-f:]+\](?::\d+)?$/.test(names[0]!) ? undefined : names;
}

function valuesOf(from: string, to: string, step: number): string[] | undefined {
  const letters = /^[A-Za-z]$/.test(from);
  if (letters !== /^[A-Za-z]$/.test(to) || step < 1) return undefined;
  const start = letters ? from.charCodeAt(0) : Number(from);
  const end = letters ? to.charCodeAt(0) : Number(to);
  if (end < start || (end - start) / step >= MOST_HOSTS) return undefined;
  const values: string[] = [];
  for (let value = start; value <= end; value += step) {
    values.push(letters ? String.fromCharCode(value) : String(value).padStart(from.length, '0'));
  }
  return values;
}
