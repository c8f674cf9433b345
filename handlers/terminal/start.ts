import { EXIT } from './context.ts';
import { type DiagnoseContext, diagnoseCommand } from './diagnose.ts';

export interface StartContext extends DiagnoseContext {
  /** Folder of the recorded incidents that come with Staunch. */
  readonly recordings: string;
}

/** Recorded incidents to learn on: what users saw, and the folder that holds what the server logged. */
const INCIDENTS = [
  {
    folder: 'oom-continue-bookworm-vm',
    service: 'checkout',
    told: 'single 502s all morning, no traceback anywhere',
  },
  {
    folder: 'oom-stop-bookworm-vm',
    service: 'search',
    told: 'a wall of 502s for half a minute, then all is well again',
  },
  {
    folder: 'worker-timeout-sigkill-trixie-ns',
    service: 'billing',
    told: 'a 502, and Gunicorn says "Perhaps out of memory?"',
  },
] as const;

/** `staunch start`: a guided first look, ending in a diagnosis of a recorded incident. */
export async function start(context: StartContext): Promise<number> {
  context.write(
    'Staunch finds out why users see 502s, and shows the log line behind every claim.\n' +
      'It only reads. Nothing on a server is changed.\n\n' +
      'Recorded incidents to try it on (real hosts, real failures, no network needed):\n' +
      INCIDENTS.map((incident, i) => `  ${i + 1}  ${incident.service.padEnd(9)} ${incident.told}\n`).join(
        '',
      ) +
      '\n',
  );
  let choice = 0;
  if (context.ask) {
    const answer = (await context.ask(`Which one? [1-${INCIDENTS.length}, Enter for 1, q to leave] `)).trim();
    if (/^q/i.test(answer)) return EXIT.fine;
    choice = answer === '' ? 0 : Number(answer) - 1;
    if (!INCIDENTS[choice]) {
      context.writeError(`"${answer}" is none of 1 to ${INCIDENTS.length}. Run staunch start again.\n`);
      return EXIT.usage;
    }
  }
  const incident = INCIDENTS[choice] ?? INCIDENTS[0];
  context.write(`Diagnosing the recording of ${incident.service} …\n\n`);
  const code = await diagnoseCommand(
    { bundle: `${context.recordings}${incident.folder}`, target: incident.service },
    context,
  );
  if (code !== EXIT.fine) return code;
  context.write(
    '\nOpen a line of evidence:      npx staunch show E1\n' +
      'Register your first server:   npx staunch server add USER@HOST\n' +
      'Then diagnose your service:   npx staunch diagnose\n',
  );
  return EXIT.fine;
}
