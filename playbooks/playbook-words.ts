import { z } from 'zod';

/** Names that people write and that are shown back to them. */
export const NAME_FORM = 'expected a name of a-z, 0-9 and "-", at most 40 characters, such as worker-killed';
export const Name = z.string(NAME_FORM).regex(/^[a-z0-9][a-z0-9-]{0,39}$/, NAME_FORM);

/** A sentence for people: one line, so that it can stand anywhere. */
export function sentence(most: number, example: string) {
  const form = `expected one line of 1 to ${most} characters, such as "${example}"`;
  return z
    .string(form)
    .regex(/^[^\s\p{Cc}](?:[^\p{Cc}]*[^\s\p{Cc}])?$/u, form)
    .max(most, form);
}

const CHANGING =
  /systemctl (?:re|start|stop|set|edit|enable|disable|kill|daemon)|\b(?:rm|mv|cp|tee|kill|pkill|killall|reboot|shutdown|chmod|chown|dd|truncate)\b|sed -i|sysctl -w|nginx -s|>(?!\/dev\/null|&1)/;
const commandForm =
  'expected one line of at most 400 characters that only reads, such as "systemctl show -p MemoryMax {unit}"';

/** A command for a person to copy. A look must not change anything, whatever is typed in haste. */
export const Command = z
  .string(commandForm)
  .regex(/^[^\s\p{Cc}][^\p{Cc}]*$/u, commandForm)
  .max(400, commandForm)
  .check(context => {
    const changing = CHANGING.exec(context.value);
    if (changing)
      context.issues.push({
        code: 'custom',
        message: `"${changing[0]}" changes something: a look only reads; let Staunch change it by "propose", or say it in the words`,
        input: context.value,
      });
  })
  .describe('For a person to copy; {unit} and {window} are filled in. It only reads.');
