import { type AlertGroup, countsOf } from './alert-group.ts';

const NAMED = 3;
const SERVERS = 4;

/** What a group of alerts says now, in one sentence: how many fire, which, where. */
export function alertWords(group: AlertGroup): string {
  const { firing, resolved, servers } = countsOf(group);
  const total = firing + resolved + group.untracked;
  const fires = group.alerts.filter(({ state }) => state === 'firing');
  const named = [...new Set((fires.length > 0 ? fires : group.alerts).map(({ name }) => name))];
  const names = `${named.slice(0, NAMED).join(', ')}${named.length > NAMED ? ` and ${named.length - NAMED} more kinds` : ''}`;
  const where = servers.length === 0 ? '' : ` on ${listed(servers)}`;
  const back =
    group.comebacks === 0
      ? ''
      : ` It came back ${group.comebacks === 1 ? 'once' : `${group.comebacks} times`}.`;
  if (firing === 0) return `All ${counted(total)} are over: ${names}${where}.${back}`;
  const share = firing === total ? counted(total) : `${firing} of ${counted(total)}`;
  return `${share} ${firing === 1 && total === 1 ? 'fires' : 'fire'}: ${names}${where}.${back}`;
}

function counted(alerts: number): string {
  return alerts === 1 ? '1 alert' : `${alerts} alerts`;
}

function listed(servers: readonly string[]): string {
  const more = servers.length - SERVERS;
  return `${servers.slice(0, SERVERS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
