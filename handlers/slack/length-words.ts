const UNIT = '(?:s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:eeks?)?)';
const LENGTH = new RegExp(
  `^(?<count>\\d{1,6}(?:\\.\\d)?|an?|one|half an?)?\\s?(?<unit>${UNIT})(?:\\s?(?:and\\s)?(?<rest>\\d{1,6})\\s?(?<restUnit>${UNIT})?)?$`,
);
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
/** What a number without a unit counts after this one: `1h30`. */
const NEXT_UNIT: Readonly<Record<string, string>> = { w: 'd', d: 'h', h: 'm', m: 's' };

/** Ms of `30m`, `90 minutes`, `1h30`, `half an hour`, `2 days`; undefined for anything else. `hour` alone is one. */
export function lengthOf(text: string): number | undefined {
  const { count, unit, rest, restUnit } = LENGTH.exec(text)?.groups ?? {};
  if (unit === undefined) return undefined;
  const unitLetter = unit.charAt(0);
  const one = count === undefined || /^(?:an?|one)$/.test(count);
  const times = one ? 1 : count.startsWith('half') ? 0.5 : Number(count);
  if (rest === undefined) return times * (UNIT_MS[unitLetter] ?? 0);
  const restLetter = restUnit?.charAt(0) ?? NEXT_UNIT[unitLetter];
  if (count === undefined || restLetter === undefined) return undefined;
  return times * (UNIT_MS[unitLetter] ?? 0) + Number(rest) * (UNIT_MS[restLetter] ?? 0);
}

/** A length as people write it: `30m`, `1h30m`, `3d`. */
export function lengthText(ms: number): string {
  const parts = ['d', 'h', 'm', 's'].map((unit, index) => {
    const unitMs = UNIT_MS[unit] ?? 1;
    const within = index === 0 ? ms : ms % (UNIT_MS[['d', 'h', 'm'][index - 1] ?? 'd'] ?? 1);
    return [Math.floor(within / unitMs), unit] as const;
  });
  return parts.flatMap(([count, unit]) => (count > 0 ? [`${count}${unit}`] : [])).join('');
}
