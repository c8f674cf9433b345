import type { RemedyRefusal } from '../remediation/remedy.ts';
import { byteWords } from './byte-words.ts';
import { safeText } from './safe-text.ts';

const SHOWN = 200;

/** Why there is no plan, and what to do about it: one to three plain sentences. Text of servers is made safe. */
export function remedyRefusalWords(refusal: RemedyRefusal): string {
  switch (refusal.reason) {
    case 'command-unknown':
      return 'How Gunicorn was started could not be read, so it is not known which layer of its settings wins. Start it directly from ExecStart, without a wrapper, or change it by hand.';
    case 'environment-unknown':
      return 'The environment of the running Gunicorn could not be read, and GUNICORN_CMD_ARGS in it would win over the configuration file. With the helper on the server it can be read.';
    case 'differs-from-unit':
      return `The next start would get another ${refusal.what === 'command' ? 'command line' : 'GUNICORN_CMD_ARGS'} than runs now: the unit was changed and not restarted. Restart it at a quiet time, or take that edit back, and plan again.`;
    case 'exec-start-unclear':
      return `The start line of the unit cannot be written again with certainty, so it is left alone: ${shown(refusal.text)}. Put the numbers there by hand.`;
    case 'config-not-a-file':
      return `Gunicorn's configuration is ${shown(refusal.config)}, which is no file that Staunch may change. The lines below belong into it, or into the repository it comes from.`;
    case 'file-not-allowed':
      return `${shown(refusal.path)} is not among the files that the helper may change on this server (/etc/staunch/targets.json there). Run "staunch server enable-apply" again, or change it by hand.`;
    case 'file-is-link':
      return `${shown(refusal.path)} is a link to ${shown(refusal.target)}. Links are not followed: allow the file itself, or change it where it comes from.`;
    case 'file-not-read':
      return `${shown(refusal.path)} could not be read whole: files of more than 64 KiB are not changed. Change it by hand.`;
    case 'no-drop-in':
      return `The helper names no drop-in for ${shown(refusal.unit)} in /etc/staunch/targets.json on this server. Run "staunch server enable-apply" again.`;
    case 'later-drop-in':
      return `${shown(refusal.path)} is read after ${shown(refusal.ours)} and might say otherwise. Rename it so that it comes first, for example 50-${shown(nameOf(refusal.path))}, or name Staunch's drop-in zz-staunch.conf in /etc/staunch/targets.json.`;
    case 'unit-ephemeral':
      return `The unit is made anew at boot or by a program (${shown(refusal.fragmentPath)}), so no drop-in of it would last. Change what makes it.`;
    case 'file-not-text':
      return 'The configuration file is not UTF-8. Change it by hand.';
    case 'file-unfinished':
      return 'The configuration file ends in the middle of a statement: a bracket, a string or a line that goes on. Whatever is added would become part of it. Mend the file first.';
    case 'block-edited':
      return `The block of Staunch in the configuration file was changed by somebody: ${shown(refusal.line)}. Put it back, or remove the whole block from "# BEGIN staunch" to "# END staunch".`;
    case 'drop-in-edited':
      return `${shown(refusal.path)} is not as Staunch wrote it. What others wrote is not overwritten: move their lines into a file of their own and remove this one.`;
    case 'setting-computed':
      return `The configuration file computes ${refusal.setting}: ${shown(refusal.line)}. Its author means something by that, so Staunch does not write over it. The lines below are for them.`;
    case 'word-unwritable':
      return `A word of the start line has a control character: ${shown(refusal.word)}. Change it by hand.`;
    case 'waits-for-activation':
      return `The file says so already, and it is not in force: it waits for a ${refusal.activation}. Do that at a quiet time, or take the edit back.`;
    case 'no-helper':
      return 'There is no helper on this server, so Staunch cannot change it. What to change, and the commands, are below.';
    case 'out-of-range':
      return `${refusal.setting} is ${refusal.value}: expected a whole number from ${refusal.least} to ${refusal.most}.`;
    case 'no-oom-policy':
      return 'This systemd knows no OOMPolicy (it came with version 243): the death of one worker never stops the service there.';
    case 'below-use':
      return `${refusal.setting} of ${byteWords(refusal.bytes)} is too low: the service uses ${byteWords(refusal.usedBytes)} now and would be killed or throttled at once. At least ${byteWords(refusal.leastBytes)}; recycle the large workers first.`;
    case 'more-than-host':
      return `${byteWords(refusal.bytes)} is more than the host has for the service: ${byteWords(refusal.mostBytes)} with what it uses now. Choose less.`;
    case 'use-unknown':
      return 'How much memory the service uses, or how much the host has left, could not be read: no limit can be judged without it.';
    case 'no-such-worker':
      return `Process ${refusal.pid} is no worker of the service any more. Look again.`;
    case 'not-running':
      return `The unit is ${refusal.state}. Nothing is changed while it does not run.`;
  }
}

function shown(text: string): string {
  return safeText(text, SHOWN);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
