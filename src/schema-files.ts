import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { playbookSchema } from '../playbooks/playbook.ts';
import { mappingSchema } from './intake/alert-mapping.ts';
import { RegistryFile } from './inventory/registry-file.ts';
import { diagnosisSchema } from './report/diagnosis-document.ts';

// Writes the JSON schemas that editors use, from the zod schemas that Staunch itself checks files with.
// With --check nothing is written: it fails when a file in the repository no longer matches.

const SCHEMA_FILES: readonly { readonly path: string; readonly schema: object }[] = [
  {
    path: 'staunch.schema.json',
    // Draft 7 is what the YAML language server understands best.
    schema: {
      title: 'Staunch: servers and services',
      ...z.toJSONSchema(RegistryFile, { target: 'draft-7', io: 'input' }),
    },
  },
  { path: 'playbooks/playbook.schema.json', schema: { title: 'A playbook of Staunch', ...playbookSchema() } },
  { path: 'presets/mapping.schema.json', schema: mappingSchema() },
  { path: 'docs/diagnosis.schema.json', schema: diagnosisSchema() },
];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const checking = process.argv.includes('--check');

for (const { path, schema } of SCHEMA_FILES) {
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  const file = join(root, path);
  if (!checking) {
    writeFileSync(file, text);
    process.stdout.write(`${path} written\n`);
  } else if (currentText(file) !== text) {
    process.stderr.write(`${path} does not match its zod schema any more: run "npm run schema"\n`);
    process.exitCode = 1;
  }
}

function currentText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
