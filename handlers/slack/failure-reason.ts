/** Why a call came to nothing: `fetch failed` says little, the reason is at the end of the chain of causes. */
export function deepestReason(error: unknown): string {
  let found = error;
  for (let step = 0; step < 6 && found instanceof Error; step += 1) {
    const inner = found.cause ?? (found as { readonly original?: unknown }).original;
    if (inner === undefined) break;
    found = inner;
  }
  if (found instanceof AggregateError && found.message === '') found = found.errors[0];
  return found instanceof Error ? found.message || found.name : String(found);
}
