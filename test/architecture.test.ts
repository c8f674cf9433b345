import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * Who may import whom. A room may see itself and the rooms named here; pure rooms see no clock, no chance,
 * no disk, no network. `src/command-line.ts`, `src/terminal.ts` and `src/main.ts` wire everything.
 */
const TALKING = [
  'src/policy',
  'src/inventory',
  'src/intake',
  'src/signals',
  'src/collectors',
  'src/diagnosis',
  'src/growth',
  'src/advice',
  'src/remediation',
  'src/report',
  'src/guidance',
  'src/questions',
  'src/workflows',
  'playbooks',
] as const;
const ROOMS: Record<string, { sees: readonly string[]; libraries: readonly string[]; pure: boolean }> = {
  'src/policy': { sees: [], libraries: [], pure: true },
  'src/inventory': { sees: ['src/policy'], libraries: ['zod', 'yaml', 'ssh-config'], pure: true },
  'src/intake': { sees: ['src/inventory'], libraries: ['zod', 'yaml', 'node:crypto'], pure: true },
  'src/signals': { sees: [], libraries: [], pure: true },
  'src/collectors': { sees: ['src/signals'], libraries: [], pure: true },
  'src/diagnosis': { sees: ['src/signals', 'src/collectors'], libraries: [], pure: true },
  'src/report': {
    sees: ['src/signals', 'src/collectors', 'src/diagnosis', 'src/growth', 'src/advice', 'src/remediation'],
    libraries: ['zod', 'd3-scale', 'd3-shape', 'node:crypto'],
    pure: true,
  },
  'src/growth': { sees: ['src/signals'], libraries: [], pure: true },
  'src/advice': { sees: ['src/signals', 'src/collectors', 'src/growth'], libraries: [], pure: true },
  'src/remediation': {
    sees: ['src/policy', 'src/signals', 'src/collectors', 'src/growth', 'src/advice'],
    libraries: ['diff', 'zod', 'node:crypto'],
    pure: true,
  },
  playbooks: {
    sees: [
      'src/signals',
      'src/collectors',
      'src/diagnosis',
      'src/report/diagnosis-document.ts',
      'src/remediation/plan.ts',
      // Where something stands in a YAML file, and what was probably meant, is found as for staunch.yml.
      'src/inventory/registry-problem.ts',
      'src/inventory/nearest-name.ts',
      'src/inventory/yaml-places.ts',
    ],
    libraries: ['zod', 'yaml'],
    pure: true,
  },
  'src/guidance': { sees: ['src/signals', 'src/report', 'playbooks'], libraries: [], pure: true },
  'src/questions': {
    sees: ['src/inventory', 'src/collectors', 'src/diagnosis', 'src/report'],
    libraries: ['zod'],
    pure: true,
  },
  'src/workflows': {
    sees: [
      'src/policy',
      'src/inventory',
      'src/intake',
      'src/signals',
      'src/collectors',
      'src/diagnosis',
      'src/growth',
      'src/advice',
      'src/remediation',
      'src/report',
      'src/guidance',
      'src/questions',
      'playbooks',
    ],
    libraries: [],
    pure: true,
  },
  'src/adapters': {
    sees: [
      'src/inventory',
      'src/intake',
      'src/signals',
      'src/collectors',
      'src/growth',
      'src/remediation',
      'src/report',
      'src/questions',
      'playbooks',
      'src/workflows/ports.ts',
      'src/workflows/alert-ports.ts',
      'src/workflows/narrator-port.ts',
      'src/workflows/change-ports.ts',
      'src/workflows/planned-change.ts',
      'src/workflows/planning-port.ts',
      'src/workflows/remediation-ports.ts',
      'src/workflows/warning-ports.ts',
      'src/workflows/sample-ports.ts',
      'src/workflows/incident-ports.ts',
      'src/workflows/state-ports.ts',
      'src/workflows/surface-ports.ts',
      'src/workflows/investigator-port.ts',
      'src/workflows/message.ts',
    ],
    libraries: ['*'],
    pure: false,
  },
  'handlers/terminal': { sees: TALKING, libraries: [], pure: true },
  // Takes Slack's requests in a process of its own; knows of Slack no more than its signature.
  'handlers/door': {
    sees: ['src/workflows/ports.ts', 'src/workflows/state-ports.ts'],
    libraries: [
      '@slack/bolt',
      '@slack/bolt/dist/receivers/HTTPModuleFunctions.js',
      'node:child_process',
      'node:crypto',
      'node:http',
    ],
    pure: false,
  },
  'handlers/slack': {
    sees: [...TALKING, 'handlers/door'],
    libraries: ['@slack/bolt', '@slack/web-api', '@slack/types', 'node:crypto'],
    pure: true,
  },
  // The practice Slack knows nothing of Staunch, as the real one does not.
  'practice/slack': { sees: [], libraries: ['*'], pure: false },
  'practice/page': {
    sees: ['practice/slack/page-protocol.ts', 'practice/slack/workspace.ts'],
    libraries: [],
    pure: false,
  },
  'practice/fleet': {
    sees: [
      'src/collectors',
      'src/inventory',
      'src/remediation',
      'src/signals',
      'src/workflows/ports.ts',
      'src/workflows/remediation-ports.ts',
    ],
    libraries: ['*'],
    pure: false,
  },
  // Measures what the product does, on the rigs of its tests, and is no part of it.
  bench: { sees: ['src', 'practice', 'test'], libraries: ['*'], pure: false },
};
/** The wiring: the files that stand in no room below `src` know every room. */
const WIRING = /^src\/[^/]+\.ts$/;
const IMPURE =
  /\b(Date\.now|Math\.random|performance\.now|setTimeout|setInterval|setImmediate|fetch)\s*\(|\bprocess\.(env|argv|exit|cwd|stdout|stderr|stdin|platform|versions|hrtime|nextTick|pid)\b|\bnew Date\(\)/;
const LONGEST = 300;
const root = resolve(import.meta.dirname, '..');

interface Edge {
  readonly from: string;
  readonly to: string;
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap(entry => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(path);
    return /\.(ts|js|mjs|py|sh)$/.test(entry.name) ? [path] : [];
  });
}

function importsOf(file: string, text: string): Edge[] {
  const statements =
    /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s+['"]([^'"]+)['"]|(?:^|\n)\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;
  return [...text.matchAll(statements)].map(match => {
    const to = match[1] ?? match[2] ?? match[3] ?? '';
    return { from: file, to: to.startsWith('.') ? relative(root, resolve(root, dirname(file), to)) : to };
  });
}

const roomOf = (file: string) => Object.keys(ROOMS).find(room => file.startsWith(`${room}/`));

/** Why an import is a trespass; undefined when it is allowed. */
function trespass({ from, to }: Edge): string | undefined {
  if (WIRING.test(from)) return undefined;
  const room = roomOf(from);
  if (room === undefined) return `${from} is in no room: rooms are ${Object.keys(ROOMS).join(', ')}`;
  const rules = ROOMS[room]!;
  const isFile = /\.(ts|json)$/.test(to);
  if (isFile) {
    const allowed =
      to.startsWith(`${room}/`) || rules.sees.some(seen => to === seen || to.startsWith(`${seen}/`));
    return allowed ? undefined : `${from} imports ${to}: ${room} may not see it`;
  }
  if (rules.libraries.includes('*') || rules.libraries.includes(to)) return undefined;
  return `${from} imports ${to}: ${room} may not use it`;
}

/** Every cycle once, as the way back to its first file. */
function cyclesIn(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, way: readonly string[]): void => {
    const at = way.indexOf(file);
    if (at >= 0) cycles.push([...way.slice(at), file].join(' -> '));
    if (at >= 0 || done.has(file)) return;
    for (const to of imports.get(file) ?? []) visit(to, [...way, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return cycles;
}

const sources = ['src', 'handlers', 'playbooks', 'practice', 'bench']
  .flatMap(filesBelow)
  .filter(file => file.endsWith('.ts'));
const texts = new Map(sources.map(file => [file, readFileSync(join(root, file), 'utf8')]));

describe('the house', () => {
  it('has rooms that see only what they may', () => {
    const edges = sources.flatMap(file => importsOf(file, texts.get(file) ?? ''));
    expect(edges.length).toBeGreaterThan(100);
    expect(edges.map(trespass).filter(Boolean)).toEqual([]);
  });

  it('has no cycle, not even of types', () => {
    const seen = new Map(sources.map(file => [file, importsOf(file, texts.get(file) ?? '').map(e => e.to)]));
    expect(cyclesIn(seen)).toEqual([]);
    expect(
      cyclesIn(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['a']],
        ]),
      ),
    ).toEqual(['a -> b -> c -> a']);
  });

  it('has pure rooms without clock, chance, environment or network', () => {
    const impure = sources
      .filter(file => ROOMS[roomOf(file) ?? '']?.pure)
      .filter(file => IMPURE.test((texts.get(file) ?? '').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')));
    expect(impure).toEqual([]);
  });

  it('has no file of more than 300 lines', () => {
    const files = ['src', 'handlers', 'playbooks', 'practice', 'bench', 'target', 'test', 'bin'].flatMap(
      filesBelow,
    );
    const long = files
      .filter(file => !file.startsWith('test/fixtures/'))
      .map(file => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length - 1 }))
      .filter(({ lines }) => lines > LONGEST);
    expect(long).toEqual([]);
  });

  it('mocks HTTP behind one door', () => {
    const mocking = filesBelow('test').filter(file =>
      importsOf(file, readFileSync(join(root, file), 'utf8')).some(({ to }) => to === 'nock'),
    );
    expect(mocking).toEqual(['test/http-mock.ts']);
  });

  it('has no drawer of odds and ends', () => {
    expect(
      sources.filter(file => /\/(utils?|helpers?|common|misc|types|manager)(\.ts|\/)/.test(file)),
    ).toEqual([]);
  });

  it.each([
    [{ from: 'src/diagnosis/x.ts', to: 'src/adapters/ssh/connect.ts' }],
    [{ from: 'src/diagnosis/x.ts', to: 'node:fs' }],
    [{ from: 'src/signals/x.ts', to: 'src/diagnosis/cause.ts' }],
    [{ from: 'src/workflows/x.ts', to: 'ssh2' }],
    [{ from: 'src/report/x.ts', to: 'handlers/terminal/diagnose.ts' }],
    [{ from: 'src/adapters/x.ts', to: 'src/workflows/investigation.ts' }],
    [{ from: 'lib/x.ts', to: 'zod' }],
  ])('would notice $from importing $to', edge => {
    expect(trespass(edge)).toBeDefined();
  });

  it('would notice an import by side effect or on demand', () => {
    const edges = importsOf(
      'src/signals/x.ts',
      "import 'dotenv/config';\nconst fs = await import('node:fs');\n",
    );
    expect(edges.map(e => e.to)).toEqual(['dotenv/config', 'node:fs']);
  });
});
