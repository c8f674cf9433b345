import { OpenAiNarrator } from './adapters/openai-narrator.ts';
import type { Settings } from './adapters/settings.ts';
import type { OpenedState } from './adapters/state/open-state.ts';
import { systemTimer } from './adapters/system-timer.ts';
import type { IncidentKeeping } from './incident-keeping.ts';
import type { Clock, Ids, Log } from './workflows/ports.ts';
import type { ThreadQuestionPorts } from './workflows/thread-questions.ts';

export interface QuestionPortsOptions {
  readonly settings: Pick<Settings, 'narrator'>;
  readonly state: Pick<OpenedState, 'narrations'>;
  readonly incidents: Pick<IncidentKeeping, 'ports'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly ids: Ids;
}

/** What questions in threads are answered with: the evidence, and a language model only where settings name one. */
export function questionPorts({
  settings,
  state,
  incidents,
  clock,
  log,
  ids,
}: QuestionPortsOptions): ThreadQuestionPorts {
  const { narrator } = settings;
  const base = { mask: incidents.ports.mask, clock, log, ids };
  if (narrator === undefined) return base;
  const { tokensPerQuestion, tokensPerDay, prices } = narrator;
  return {
    ...base,
    model: {
      narrator: new OpenAiNarrator({ settings: narrator, clock, timer: systemTimer }),
      narrations: state.narrations,
      tokensPerQuestion,
      tokensPerDay,
      ...(prices && { prices }),
    },
  };
}
