/** The demo fleet without waits. */
export async function openSource() {
  process.env.STAUNCH_PRACTICE_PACE = '0';
  const { openSource: open } = await import('../../../practice/fleet/open-fleet.ts');
  return open();
}

/** Its helpers. */
export async function openOperator() {
  process.env.STAUNCH_PRACTICE_PACE = '0';
  const { openOperator: open } = await import('../../../practice/fleet/open-fleet.ts');
  return open();
}
