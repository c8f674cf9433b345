/** Which service an alert is about, where its labels do not say it by themselves. */
export interface AlertRules {
  /** The first one that fits counts. */
  readonly rules: readonly AlertRule[];
  /** Alerts that open nothing: a dead man's switch, what others handle. */
  readonly ignore: readonly LabelMatch[];
}

export interface AlertRule {
  readonly when: LabelMatch;
  /** Id of a registered service. */
  readonly service: string;
}

/** Label to the value it must have; `*` stands for any text. All of them must fit. */
export type LabelMatch = ReadonlyMap<string, string>;

/** True when every label of the match is there and fits; takes time in proportion to the texts. */
export function labelsFit(match: LabelMatch, labels: ReadonlyMap<string, string>): boolean {
  return [...match].every(([label, pattern]) => {
    const value = labels.get(label);
    return value !== undefined && textFits(pattern, value);
  });
}

function textFits(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return at <= end;
}
