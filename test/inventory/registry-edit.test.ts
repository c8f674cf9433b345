import { describe, expect, it } from 'vitest';
import { additionText, editRegistry, type RegistryAddition } from '../../src/inventory/registry-edit.ts';
import { readRegistry } from '../../src/inventory/registry-reading.ts';

const base = { folder: '/etc/staunch', home: '/home/ana' };
const hostKey = `SHA256:${'k'.repeat(43)}`;
const edit = (text: string | undefined, addition: RegistryAddition) =>
  editRegistry(text, addition, 'staunch.yml', base, './staunch.schema.json');

function textOf(text: string | undefined, addition: RegistryAddition): string {
  const result = edit(text, addition);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.text;
}

const kept = `# Ask Ana before touching this.
defaults: { user: reader } # everywhere

servers:
  # The edge comes first.
  edge-1: { host: 10.0.0.1 } # rack 4
  web-1: &web
    host: 10.0.0.5
services:
  checkout: { unit: checkout.service, servers: [ web-1 ] }
`;

describe('adding to a registry', () => {
  it('makes a new file that says what it is and where its schema is', () => {
    const text = textOf(undefined, {
      servers: { 'web-1': { host: '10.0.0.5', hostKey } },
      services: { shop: { unit: 'shop.service', servers: ['web-1'] } },
    });
    expect(text.split('\n').slice(0, 4)).toEqual([
      '# yaml-language-server: $schema=./staunch.schema.json',
      "# Servers that Staunch reads, and what runs on them. Each server's host key is decided here or in",
      '# known_hosts: a server with another key is refused. There are no passwords or keys in this file.',
      '',
    ]);
    expect(text).toContain(
      `servers:\n  web-1:\n    host: 10.0.0.5\n    hostKey: ${hostKey}\nservices:\n  shop:\n`,
    );
    expect(readRegistry(text, 'staunch.yml', base).ok).toBe(true);
  });

  it('leaves every line that was there as it was', () => {
    const text = textOf(kept, {
      servers: { 'web-2': { host: '10.0.0.6' } },
      joins: [{ service: 'checkout', server: 'web-2' }],
    });
    expect(text).toBe(
      kept
        .replace('    host: 10.0.0.5\n', '    host: 10.0.0.5\n  web-2:\n    host: 10.0.0.6\n')
        .replace('[ web-1 ]', '[ web-1, web-2 ]'),
    );
  });

  it('keeps the line ends of Windows', () => {
    const text = textOf(kept.replaceAll('\n', '\r\n'), { servers: { 'web-2': { host: 'b' } } });
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  it.each([
    [
      'a server that is there already',
      { servers: { 'web-1': { host: 'b' } } },
      'servers.web-1 is there already',
    ],
    [
      'a service that is there already',
      { servers: {}, services: { checkout: { unit: 'x.service', servers: ['web-1'] } } },
      'services.checkout is there already',
    ],
    [
      'a service on a server that is nowhere',
      { servers: {}, services: { cart: { unit: 'x.service', servers: ['web-9'] } } },
      'services.cart.servers[0] is "web-9"',
    ],
    [
      'a server to a service that is nowhere',
      { servers: {}, joins: [{ service: 'cart', server: 'web-1' }] },
      'services.cart has no list of servers',
    ],
    ['what the schema refuses', { servers: { a: { host: '-x' } } }, 'servers.a.host is "-x"'],
  ] as [string, RegistryAddition, string][])('refuses %s', (_, addition, message) => {
    const result = edit(kept, addition);
    expect(result).toMatchObject({ ok: false, problems: [{ message: expect.stringContaining(message) }] });
  });

  it('does not touch a file that is broken', () => {
    expect(edit('servers: [', { servers: { a: { host: 'a' } } })).toMatchObject({ ok: false });
  });

  it('fills sections that stand empty', () => {
    const text = textOf('servers: {}\nservices:\n', {
      servers: { a: { host: 'a' } },
      services: { s: { unit: 's.service', servers: ['a'] } },
    });
    expect(text).toBe(
      'servers:\n  a:\n    host: a\nservices:\n  s:\n    unit: s.service\n    servers: [ a ]\n',
    );
  });

  it('shows an addition as it will stand in the file', () => {
    expect(additionText({ servers: { a: { host: 'a', port: 2222 } } })).toBe(
      'servers:\n  a:\n    host: a\n    port: 2222\n',
    );
  });
});
