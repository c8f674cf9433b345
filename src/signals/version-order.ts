/** Compares dotted versions by number; an empty one is the lowest. */
export function compareVersions(a: string, b: string): number {
  const [as, bs] = [a, b].map(v => v.split('.').map(part => Number.parseInt(part, 10) || 0));
  for (let i = 0; i < Math.max(as?.length ?? 0, bs?.length ?? 0); i++) {
    const difference = (as?.[i] ?? 0) - (bs?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
