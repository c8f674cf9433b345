import { fileURLToPath } from 'node:url';
import { serviceLog } from '../../src/adapters/service-log.ts';
import type { Settings } from '../../src/adapters/settings.ts';
import { startService } from '../../src/service.ts';
import { answerWithLoopDelay } from './loop-delay.ts';

/** The whole of Staunch, over servers with much to tell. Started by `fork` with SETTINGS. */
const settings: Settings = JSON.parse(process.env.SETTINGS ?? '{}');
await startService({
  settings,
  log: serviceLog(settings.logLevel),
  source: { kind: 'module', url: new URL('./large-fleet.ts', import.meta.url).href },
  version: '0.0.0-bench',
  schemaFile: fileURLToPath(new URL('../../staunch.schema.json', import.meta.url)),
  lost: () => process.exit(1),
});
answerWithLoopDelay();
process.send?.('ready');
