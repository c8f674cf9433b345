import type { CheckLines } from './check-lines.ts';

/** What stops working without a scope. */
const WITHOUT: Readonly<Record<string, string>> = {
  commands: '/diagnose-502 and the shortcuts do not exist',
  'chat:write': 'Staunch can say nothing at all',
  'app_mentions:read': '@staunch is not answered, so nobody can ask inside a thread',
  'reactions:read': 'a 📌 on a message does not put it into the timeline; the shortcut does',
  'files:write': 'the chart is not posted; the verdict is',
  'users:read': 'Slack tells nothing about who asks, so everybody is refused',
  'usergroups:read': 'who has a role through a user group only is refused',
  'channels:read': 'Slack tells nothing about public channels, so everybody is refused there',
  'groups:read': 'Slack tells nothing about private channels, so everybody is refused there',
};

const REINSTALL = 'Add it under OAuth & Permissions, then reinstall the app';

/** Compares the granted scopes with those of manifest.yml: every one is needed, and none besides. */
export function checkScopes(
  declared: readonly string[],
  granted: readonly string[] | undefined,
  lines: CheckLines,
): void {
  if (!granted) {
    lines.note("scopes: could not be compared, because Slack's answer did not name them");
    return;
  }
  const missing = declared.filter(scope => !granted.includes(scope));
  for (const scope of missing) {
    const without = WITHOUT[scope];
    lines.wrong(`scope ${scope} is not granted${without === undefined ? '' : `: ${without}`}. ${REINSTALL}`);
  }
  const superfluous = granted.filter(scope => scope !== '' && !declared.includes(scope));
  if (superfluous.length > 0)
    lines.note(
      `scopes that Staunch does not use: ${superfluous.join(', ')}. Take them away under OAuth & Permissions and reinstall the app: what is not granted cannot be misused`,
    );
  if (missing.length === 0) lines.ok(`scopes: all ${declared.length} of manifest.yml are granted`);
}
