import { ackPart } from './ack/measure.ts';
import { correlatePart } from './correlate/measure.ts';
import { fanoutPart } from './fanout/measure.ts';
import { fleetPart } from './fleet/measure.ts';
import { growthPart } from './growth/measure.ts';
import { parsePart } from './parse/measure.ts';
import type { Part } from './part.ts';
import { recyclingPart } from './recycling/measure.ts';
import { samplesPart } from './samples/measure.ts';
import { windowPart } from './window/measure.ts';

/** All parts, in the order in which they are measured. */
export const PARTS: readonly Part[] = [
  fanoutPart,
  windowPart,
  parsePart,
  correlatePart,
  samplesPart,
  ackPart,
  fleetPart,
  growthPart,
  recyclingPart,
];
