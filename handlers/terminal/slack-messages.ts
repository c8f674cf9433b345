import type { CheckLines } from './check-lines.ts';
import { EXIT } from './context.ts';
import { reasonWords, type SlackProbe, type SlackSample } from './slack-probe-port.ts';

/** A broken template repeats its mistake; three are enough to find it. */
const PROBLEMS_SHOWN = 3;

/** Has Slack validate everything that Staunch sends. Nothing is posted. */
export async function checkSamples(
  samples: readonly SlackSample[] | undefined,
  {
    probe,
    lines,
    cancel,
  }: { readonly probe: SlackProbe; readonly lines: CheckLines; readonly cancel: AbortSignal },
): Promise<void> {
  if (!samples) {
    lines.note('messages: could not be checked, because practice/recordings is not here to make them of');
    return;
  }
  let accepted = 0;
  for (const [index, sample] of samples.entries()) {
    if (cancel.aborted) return;
    const answer = await probe.validate(sample);
    if (!answer.ok) {
      const done = `${index} of ${samples.length} messages and views were checked`;
      if (answer.refused)
        lines.note(`messages: Slack's blocks.validate did not check them (${answer.reason}); ${done}`);
      else lines.wrong(`messages: ${reasonWords(answer)}; ${done}. Try again`, EXIT.unreachable);
      return;
    }
    if (answer.value.length === 0) accepted += 1;
    else
      lines.wrong(
        `${sample.kind} "${sample.name}" would be refused: ${answer.value.slice(0, PROBLEMS_SHOWN).join('; ')}. This is a mistake of Staunch: please report it`,
      );
  }
  if (accepted === samples.length)
    lines.ok(`messages: all ${accepted} messages and views pass blocks.validate`);
}
