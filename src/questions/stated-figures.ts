/** A number in a text, with the unit it has there: `75516 kB`, `78 %`, `832`. */
export interface Figure {
  /** As written, without commas between thousands. */
  readonly number: string;
  /** In small letters and one spelling; empty without a unit. */
  readonly unit: string;
}

const UNITS: Readonly<Record<string, string>> = {
  seconds: 's',
  second: 's',
  secs: 's',
  sec: 's',
  milliseconds: 'ms',
  millisecond: 'ms',
  minutes: 'min',
  minute: 'min',
  mins: 'min',
  hours: 'h',
  hour: 'h',
  hrs: 'h',
  days: 'd',
  day: 'd',
  percent: '%',
  bytes: 'b',
  byte: 'b',
};
const KNOWN_UNITS = new Set([
  ...Object.values(UNITS),
  ...['kb', 'kib', 'mb', 'mib', 'gb', 'gib', 'tb', 'tib', 'k', 'm', 'g'],
]);

/** Instants and dates are compared whole, so that a day is never taken for a count. */
const INSTANTS =
  /\d{4}[-/]\d\d[-/]\d\d(?:[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?)?(?:Z| ?[+-]\d\d:?\d\d)?|\d{1,2}\/[A-Z][a-z]{2}\/\d{4}(?::\d\d:\d\d:\d\d)?(?: [+-]\d{4})?|\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?Z?/g;

const NUMBER =
  /(?<![\p{L}\p{N}_])(?<![\p{L}\p{N}][-/.,])(?<!\d:)(?<number>\d+(?:[.,]\d+)*)(?![-./,:]?\d)(?<unit>\s?(?:%|[\p{L}µ]{1,12}))?/gu;

/** The numbers of a text, those inside names, paths, versions and times left out. */
export function figuresIn(text: string): readonly Figure[] {
  return [...text.replace(INSTANTS, ' ').matchAll(NUMBER)].map(({ groups }) => figureOf(groups));
}

function figureOf(groups: { readonly number?: string; readonly unit?: string } = {}): Figure {
  const raw = groups.unit ?? '';
  const glued = raw !== '' && !/^\s/.test(raw);
  const word = raw.trim().toLowerCase();
  const unit = UNITS[word] ?? word;
  return {
    number: plainNumber(groups.number ?? ''),
    // A word behind a blank is a unit only where it is known as one.
    unit: glued || KNOWN_UNITS.has(unit) ? unit : '',
  };
}

/** `1,204` and `1204` are one number; nothing else is made the same. */
export function plainNumber(written: string): string {
  return /^\d{1,3}(?:,\d{3})+$/.test(written) ? written.replaceAll(',', '') : written;
}

/** How an instant may be written: all of it, its date, or its clock in UTC. */
export function instantForms(at: string | null): readonly string[] {
  const ms = at === null ? Number.NaN : Date.parse(at);
  if (!Number.isFinite(ms)) return [];
  const iso = new Date(ms).toISOString();
  const [date = '', clock = ''] = iso.replace('Z', '').split('T');
  const second = clock.slice(0, 8);
  return [iso, `${date}T${second}Z`, `${date} ${second}`, date, clock, `${clock}Z`, second, `${second}Z`];
}
