import type { HostKeySource, Server } from '../../src/inventory/registry.ts';
import { servicesOn } from '../../src/inventory/target.ts';
import { EXIT } from './context.ts';
import { registryOrTell, type ServerContext } from './server-context.ts';

/** `staunch server list`: the servers, services and groups of staunch.yml. Asks no server anything. */
export async function serverList(context: ServerContext): Promise<number> {
  const registry = await registryOrTell(context);
  if (!registry) return EXIT.usage;
  if (registry.servers.size === 0) {
    context.write(`${context.registry.file} names no server yet. Add one: staunch server add user@host\n`);
    return EXIT.fine;
  }
  const rows = [...registry.servers.values()].map(server => [
    server.id,
    addressText(server),
    server.tier,
    server.jump ? `via ${server.jump.id}` : '',
    hostKeyText(server.hostKey),
    servicesOn(registry, server.id)
      .map(service => service.id)
      .join(', ') || '-',
  ]);
  context.write(tableText([['SERVER', 'ADDRESS', 'TIER', 'JUMP', 'HOST KEY', 'SERVICES'], ...rows]));
  if (registry.services.size > 0) {
    const services = [...registry.services.values()].map(service => [
      service.id,
      service.unit,
      service.servers.map(server => server.id).join(', '),
      service.nginx.servers.map(server => server.id).join(', '),
    ]);
    context.write(`\n${tableText([['SERVICE', 'UNIT', 'SERVERS', 'NGINX ON'], ...services])}`);
  }
  if (registry.groups.size > 0) {
    const groups = [...registry.groups].map(([id, members]) => [
      id,
      members.map(member => member.id).join(', '),
    ]);
    context.write(`\n${tableText([['GROUP', 'SERVICES'], ...groups])}`);
  }
  return EXIT.fine;
}

/** `user@host:port`, the port only where it is not SSH's own. */
export function addressText(server: Pick<Server, 'user' | 'host' | 'port'>): string {
  const host = server.host.includes(':') && server.port !== 22 ? `[${server.host}]` : server.host;
  return `${server.user}@${host}${server.port === 22 ? '' : `:${server.port}`}`;
}

/** Where the decision about a server's host key comes from, in few words. */
export function hostKeyText(hostKey: HostKeySource): string {
  switch (hostKey.kind) {
    case 'fingerprint':
      return `pinned ${hostKey.sha256.slice(0, 15)}…`;
    case 'key':
      return `pinned ${hostKey.line.split(' ', 1)[0]} key`;
    case 'known-hosts':
      return hostKey.paths.join(', ');
  }
}

/** Columns as wide as their widest cell; a column without any cell is left out. */
function tableText(rows: readonly (readonly string[])[]): string {
  const used = rows[0]!.map((_, column) => rows.slice(1).some(row => row[column] !== ''));
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)));
  const lines = rows.map(row => {
    const cells = row.flatMap((cell, column) => (used[column] ? [cell.padEnd(widths[column]!)] : []));
    return cells.join('  ').trimEnd();
  });
  return `${lines.join('\n')}\n`;
}
