import { type ApplyFiles, BOOT_UNIT, HELPER_PATH, TARGETS_PATH } from '../../src/inventory/apply-files.ts';
import type { Server } from '../../src/inventory/registry.ts';

/** What an administrator puts in place by hand, in order, each with what it is for. */
export function enableApplyText(server: Server, files: ApplyFiles, helperSha256: string): string {
  const { user } = files;
  const units = Object.keys(files.targets.units).join(', ');
  const fill = files.toFillIn.map(text => `  ${text}\n`).join('');
  return (
    `To let Staunch apply approved changes on ${server.id} (${units}), put this in place, as root:\n\n` +
    `1. The helper, ${HELPER_PATH}, owner root, mode 0755. From the machine of Staunch:\n` +
    '     staunch server apply-helper > staunch-helper\n' +
    `     sha256sum staunch-helper    # ${helperSha256}\n` +
    `     scp staunch-helper ADMIN@${server.host}:\n` +
    `     ssh -t ADMIN@${server.host} sudo install -D -o root -g root -m 0755 staunch-helper ${HELPER_PATH}\n\n` +
    `2. What it may change, ${TARGETS_PATH}, owner root, mode 0644:\n` +
    `${indented(JSON.stringify(files.targets, null, 2))}\n` +
    `3. A user that can do nothing else:\n` +
    `     useradd --system --user-group --create-home --home-dir /var/lib/${user} --shell /bin/sh ${user}\n\n` +
    '4. The line for sudo, /etc/sudoers.d/staunch-helper, mode 0440; check it with "visudo -c":\n' +
    `${indented(files.sudoers)}\n` +
    `5. The apply key, /var/lib/${user}/.ssh/authorized_keys, folder and file owned by root, modes 0755 and 0644, on one line:\n` +
    `     ${files.authorizedKeys}\n\n` +
    `6. What takes changes back after a restart of the server, /etc/systemd/system/${BOOT_UNIT}:\n` +
    `${indented(files.bootUnit)}   Then:\n` +
    `     systemctl daemon-reload && systemctl enable ${BOOT_UNIT}\n` +
    (fill && `\nFill in:\n${fill}`) +
    `\nThen see that it works and that the key can do nothing else: staunch server enable-apply ${server.id} --prove\n` +
    `Or have all of it done over your own login with sudo: staunch server enable-apply ${server.id} --install --as ADMIN\n`
  );
}

function indented(text: string): string {
  return `${text.trimEnd().replace(/^(?=.)/gm, '     ')}\n`;
}

/** What a server needs in staunch.yml before anything can be said about applying there. */
export function applyKeyText(server: Server, file: string): string {
  return (
    `${server.id} has no apply key. Changes get a key and a user of their own, so that a stolen read key changes nothing.\n\n` +
    '1. Make the key:\n     ssh-keygen -t ed25519 -N "" -C staunch-apply -f ~/.ssh/staunch_apply\n' +
    `2. Name it in ${file}, under defaults or under servers.${server.id}:\n     applyIdentityFile: ~/.ssh/staunch_apply\n` +
    `3. Run this again: staunch server enable-apply ${server.id}\n`
  );
}
