const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `224 MB`, `1.5 GB`: units of 1,024, as systemd and the kernel count, with their everyday names. */
export function byteWords(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1_000 && unit < UNITS.length - 1) {
    size /= 1_024;
    unit++;
  }
  const digits = size >= 10 || unit < 2 ? 0 : 1;
  return `${size.toFixed(digits).replace(/\.0$/, '')} ${UNITS[unit]}`;
}
