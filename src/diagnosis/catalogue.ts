import { backlogFull, memoryStall, slowUpstream, workersSaturated } from './hypotheses/capacity.ts';
import {
  applicationError,
  clientAbort,
  keepaliveRace,
  nginxConfig,
  nginxWorkerCrash,
  socketPermission,
  upstreamHeaderTooBig,
} from './hypotheses/front-side.ts';
import { dependencyOomKill, userspaceOomKill, workerOomKill } from './hypotheses/oom-kills.ts';
import { recyclingDropsRequests, recyclingWithoutJitter } from './hypotheses/recycling.ts';
import { appBootFailure, deployRestart, masterKilled, serviceStopped } from './hypotheses/unit-down.ts';
import {
  workerCrash,
  workerDiedMidResponse,
  workerExit,
  workerKilledExternally,
  workerTimeout,
} from './hypotheses/worker-ends.ts';
import type { Hypothesis } from './hypothesis.ts';

/** Every hypothesis Staunch can weigh. A new one is a file and a line here. */
export const HYPOTHESES: readonly Hypothesis[] = [
  workerOomKill,
  userspaceOomKill,
  memoryStall,
  workerTimeout,
  workerCrash,
  workerExit,
  workerKilledExternally,
  workerDiedMidResponse,
  serviceStopped,
  deployRestart,
  masterKilled,
  appBootFailure,
  recyclingDropsRequests,
  recyclingWithoutJitter,
  backlogFull,
  workersSaturated,
  slowUpstream,
  socketPermission,
  upstreamHeaderTooBig,
  keepaliveRace,
  nginxConfig,
  nginxWorkerCrash,
  applicationError,
  clientAbort,
  dependencyOomKill,
];
