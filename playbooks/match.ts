import { z } from 'zod';
import { compilePattern } from '../src/signals/line-pattern.ts';
import { PATTERN_GROUPS } from '../src/signals/pattern-hits.ts';

const matchForm =
  "expected a pattern in quotes, such as 'worker \\d+ \\(pid: (?<pid>\\d+)\\) died'; (?<pid>…) takes the process out of the line";

/** A pattern is compiled here, so that one that cannot be used is refused with its place in the file. */
export const Match = z.string(matchForm).check(context => {
  const refuse = (message: string) => context.issues.push({ code: 'custom', message, input: context.value });
  const compiled = compilePattern(context.value);
  if (!compiled.ok) {
    refuse(`the pattern ${compiled.problem}`);
    return;
  }
  const known: readonly string[] = PATTERN_GROUPS;
  for (const group of compiled.pattern.groups.filter(name => !known.includes(name)))
    refuse(
      `(?<${group}>…) is no group that is used: known are ${known.join(', ')}; write (?:…) for any other group`,
    );
});
