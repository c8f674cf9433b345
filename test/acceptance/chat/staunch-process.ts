import { fileURLToPath } from 'node:url';
import { serviceLog } from '../../../src/adapters/service-log.ts';
import type { Settings } from '../../../src/adapters/settings.ts';
import { startService } from '../../../src/service.ts';

const FLEET = new URL('../../../practice/fleet/open-fleet.ts', import.meta.url).href;
const SCHEMA = fileURLToPath(new URL('../../../staunch.schema.json', import.meta.url));

// The whole process of staunch-child.ts: nothing but Staunch, on the demo fleet.
const settings: Settings = JSON.parse(process.env.STAUNCH_TEST_SETTINGS ?? '{}');
const service = await startService({
  settings,
  log: serviceLog(settings.logLevel),
  source: { kind: 'module', url: FLEET },
  version: '0.0.0-test',
  schemaFile: SCHEMA,
  lost: () => process.exit(1),
});
process.once('SIGTERM', () => void service.stop());
process.stdout.write('ready\n');
