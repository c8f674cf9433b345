/** What the app sent is looked at, not believed: a field that is not what it should be reads as missing. */
export type Sent = Readonly<Record<string, unknown>>;

export function record(value: unknown): Sent | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Sent) : undefined;
}

export function records(value: unknown): readonly Sent[] {
  return Array.isArray(value) ? value.map(record).filter(item => item !== undefined) : [];
}

export function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** The letters of a text object, whichever kind it is. */
export function plainText(value: unknown): string {
  return string(record(value)?.text) ?? '';
}
