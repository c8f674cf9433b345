import { answerLines, known } from './answer-lines.ts';

/** Whether the reading user may read one thing: denied is a gap, absent is an answer. */
export interface AccessCheck {
  readonly name: string;
  readonly state: 'ok' | 'denied' | 'absent';
  /** A path, a group or the tool's own words. */
  readonly detail?: string;
}

/** Reads `check TAB name TAB ok|denied|absent TAB detail` lines. A name may come several times: one log each. */
export function readAccessCheck(text: string): readonly AccessCheck[] {
  const checks: AccessCheck[] = [];
  for (const row of answerLines(text)) {
    const [word, name, state, ...detail] = row.split('\t');
    if (word !== 'check' || !name || (state !== 'ok' && state !== 'denied' && state !== 'absent')) continue;
    checks.push(known({ name, state, detail: detail.join('\t') || undefined }) as AccessCheck);
  }
  return checks;
}
