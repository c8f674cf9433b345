import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * The SSH library takes packets of 35,000 bytes as a server, OpenSSH of 256 KB; the command that starts the read
 * script is longer than the first. To be imported before the library.
 */
registerHooks({
  load(url, context, next) {
    if (!url.endsWith('/ssh2/lib/protocol/crypto.js')) return next(url, context);
    const source = readFileSync(fileURLToPath(url), 'utf8').replace(
      'const MAX_PACKET_SIZE = 35000;',
      'const MAX_PACKET_SIZE = 262144;',
    );
    return { format: 'commonjs', source, shortCircuit: true };
  },
});
