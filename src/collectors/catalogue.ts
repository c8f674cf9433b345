import type { Collector } from './collector.ts';
import { gunicornSettings } from './gunicorn-settings.ts';
import {
  acceptQueue,
  cgroupMemory,
  clock,
  hostMemory,
  memorySamples,
  recentChanges,
  unitState,
  versions,
  workerTable,
} from './host-state.ts';
import { kernelLog } from './kernel-log.ts';
import { nginxAccessLog } from './nginx-access-log.ts';
import { nginxConfig } from './nginx-config.ts';
import { nginxErrorLog } from './nginx-error-log.ts';
import { unitFiles } from './unit-files.ts';
import { unitJournal } from './unit-journal.ts';

/** Asked and read first: they need nothing and explain what follows. Read in this order. */
const FIRST: readonly Collector[] = [
  clock,
  unitState,
  unitFiles,
  nginxConfig,
  acceptQueue,
  hostMemory,
  memorySamples,
  unitJournal,
  kernelLog,
];
/** Need the unit's cgroup and main process. */
const SECOND: readonly Collector[] = [cgroupMemory, workerTable, versions, recentChanges, gunicornSettings];
/** Need NGINX's configuration and the addresses the app listens on. */
const THIRD: readonly Collector[] = [nginxErrorLog, nginxAccessLog];

/** Every collector, by round of asking: one round trip each. */
export const ROUNDS: readonly (readonly Collector[])[] = [FIRST, SECOND, THIRD];
