import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RegistryFile } from '../../src/inventory/registry-file.ts';
import { readRegistry } from '../../src/inventory/registry-reading.ts';

const fromRoot = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

describe('the files beside the code', () => {
  it('staunch.example.yml is a right registry that shows every field', () => {
    const text = fromRoot('staunch.example.yml');
    const reading = readRegistry(text, 'staunch.example.yml', { folder: '/etc/staunch', home: '/home/ana' });
    expect(reading).toMatchObject({ ok: true });
    const { properties } = z.toJSONSchema(RegistryFile, { io: 'input' }) as { properties: object };
    for (const field of [
      'host',
      'port',
      'user',
      'tier',
      'jump',
      'hostKey',
      'knownHosts',
      'identityFile',
      'agent',
      'applyUser',
      'applyIdentityFile',
      'team',
      'channels',
      'workspaces',
      'sharedChannels',
      'auditChannel',
      'viewer',
      'requester',
      'approver',
      'admin',
    ]) {
      expect(text).toContain(`${field}:`);
    }
    for (const section of Object.keys(properties)) expect(text).toMatch(new RegExp(`^${section}:`, 'm'));
  });

  it('staunch.schema.json holds the schema that staunch.yml is checked with', () => {
    const { $schema, title, ...rest } = JSON.parse(fromRoot('staunch.schema.json'));
    const { $schema: draft, ...now } = z.toJSONSchema(RegistryFile, { target: 'draft-7', io: 'input' });
    expect([$schema, title]).toEqual([draft, 'Staunch: servers and services']);
    expect(rest).toEqual(now);
  });
});
