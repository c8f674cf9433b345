/**
 * What a log is called in a bundle: `/var/log/nginx/app_access.json` is `nginx-app_access.json`. A log whose own
 * name does not say what it is gets its kind in front; of two with one name the folder tells them apart. Pure and
 * the same both ways, so that a bundle's reader finds the path again.
 */
export function bundledLogName(kind: 'access' | 'error', path: string, all: readonly string[]): string {
  const [folder = '', file = ''] = path.split('/').slice(-2);
  const base = /\.(log|json)$/.test(file) ? file : `${file}.log`;
  const twins = new Set(all.filter(other => other !== path && other.endsWith(`/${file}`)));
  if (twins.size > 0) return `nginx-${kind}-${folder}-${base}`;
  return new RegExp(`(^|[-_.])${kind}`).test(base) ? `nginx-${base}` : `nginx-${kind}-${base}`;
}
